// Executes state machines with aws-local-stepfunctions.
//
// usage: node driver.mjs FOLDER < CASES > OUTCOMES
//
// FOLDER is where the package is installed. CASES is a JSON array of cases, and
// OUTCOMES one of what became of them, in the same order; see reference_test.go.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// This cannot be made up for. 75 says that it is the machine's fault.
if (!AbortSignal.any) {
  console.error(`Node.js is ${process.version}: 20.3 or later is needed`);
  process.exit(75);
}

// The package wants Node.js 22 for this one function, and for nothing else.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

// An iteration that was ended by the failure of another may still reject.
process.on("unhandledRejection", () => {});

const { StateMachine } = createRequire(join(process.argv[2], "driver.mjs"))("aws-local-stepfunctions");

// Every state of a machine and of those inside it, by name.
function* statesOf(machine) {
  for (const [name, state] of Object.entries(machine.States)) {
    yield [name, state];
    if (state.ItemProcessor) yield* statesOf(state.ItemProcessor);
  }
}

// What a call is known by in the script: see keyOf in reference_test.go.
function keyOf(input) {
  const { action, round, function: name } = input?.Payload ?? {};
  return [input?.FunctionName, action, round, name].filter((part) => part !== undefined).join(" ");
}

async function execute({ definition, input, tasks, waits, context, unchecked }) {
  const calls = {};
  const answer = (taskInput) => {
    const key = keyOf(taskInput);
    calls[key] = [...(calls[key] ?? []), structuredClone(taskInput)];
    const answers = tasks?.[key];
    if (!answers) throw Object.assign(new Error(`the script has no call ${key}`), { name: "Unscripted" });
    const { error, cause, result } = answers[Math.min(calls[key].length, answers.length) - 1];
    if (error) throw Object.assign(new Error(cause), { name: error });
    return structuredClone(result);
  };
  const overrides = { taskResourceLocalHandlers: {}, waitTimeOverrides: {}, retryIntervalOverrides: {} };
  for (const [name, state] of statesOf(definition)) {
    if (state.Type === "Task") overrides.taskResourceLocalHandlers[name] = async (taskInput) => answer(taskInput);
    if (state.Retry) overrides.retryIntervalOverrides[name] = 0;
    if (waits?.includes(name)) overrides.waitTimeOverrides[name] = 0;
  }
  try {
    const machine = new StateMachine(definition, { validationOptions: { noValidate: unchecked } });
    const output = await machine.run(input, { overrides, context }).result;
    return { output, calls };
  } catch (error) {
    const { name, message } = error.cause ?? error;
    return { failed: true, error: name, cause: message, calls };
  }
}

const outcomes = [];
for (const one of JSON.parse(readFileSync(0, "utf8"))) outcomes.push(await execute(one));
writeFileSync(1, JSON.stringify(outcomes));
