// The ES module behind the API: the call to SSM is awaited at the top level,
// so it belongs to the init phase. See functions/CONTRACT.md.
import { randomBytes } from 'node:crypto';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

let environmentId; // drawn in the first invocation
let invocation = 0;

const parameter = await new SSMClient().send(new GetParameterCommand({ Name: process.env.PARAMETER_NAME }));

export const handler = async () => {
  invocation++;
  environmentId ??= randomBytes(16).toString('hex');
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
