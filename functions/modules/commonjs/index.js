// The CommonJS module behind the API: the call to SSM is begun while the module
// loads, and awaited in the handler. See functions/CONTRACT.md.
'use strict';

const { randomBytes } = require('node:crypto');
const { GetParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');

let environmentId; // drawn in the first invocation
let invocation = 0;

const parameterPromise = new SSMClient().send(new GetParameterCommand({ Name: process.env.PARAMETER_NAME }));
// A call that fails before the first event has nobody waiting for it, and Node.js
// would end the process. The handler is the one that must report the failure.
parameterPromise.catch(() => {});

exports.handler = async () => {
  invocation++;
  environmentId ??= randomBytes(16).toString('hex');
  const parameter = await parameterPromise;
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-environment-id': environmentId,
      'x-invocation': String(invocation),
      'x-initialization-type': process.env.AWS_LAMBDA_INITIALIZATION_TYPE ?? '',
      'x-ssm-attempts': String(parameter.$metadata.attempts),
    },
    body: parameter.Parameter.Value,
  };
};
