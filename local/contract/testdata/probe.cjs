'use strict';

// Is loaded before a module function, by NODE_OPTIONS, and tells from the inside when the function begins a call to SSM, and when
// the promise of its answer is settled. The client sets the trace id's variable with each event, so before the first event it is
// not there.

const fs = require('node:fs');
const { createRequire } = require('node:module');

const { SSMClient } = createRequire(`${process.env.LAMBDA_TASK_ROOT}/index.js`)('@aws-sdk/client-ssm');

const tell = (text) => fs.writeSync(1, `probe: ${text}\n`);
const { send } = SSMClient.prototype;

SSMClient.prototype.send = function probed(...args) {
  tell(process.env._X_AMZN_TRACE_ID ? 'begun in an invocation' : 'begun before the first invocation');
  const promise = send.apply(this, args);
  promise.then(() => tell('settled'), () => tell('settled'));
  return promise;
};
