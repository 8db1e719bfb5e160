// The entry point of the Node.js runtimes: node bootstrap.mjs <task root> <handler>.
// The official client beside it does everything else.
import { run } from './index.mjs';

const [taskRoot, handler] = process.argv.slice(2);
await run(taskRoot, handler);
