// The survey-core package as a judge: cases as lines of JSON in, what it makes of them out. Its clock stands still.
const { createInterface } = require("node:readline");

const NOW = Date.parse(JSON.parse(process.argv[2])[0]);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...parts) { super(...(parts.length ? parts : [NOW])); }
  static now() { return NOW; }
};
console.warn = console.error = () => {};
const { ExpressionRunner, Model } = require("survey-core");

// JSON has no dates and no numbers that are none; our engine's tests write them the same way.
function plain(value) {
  if (value instanceof RealDate) return Number.isNaN(value.getTime()) ? null : { date: value.toISOString().slice(0, 19) };
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  return value ?? null;
}

const ASK = {
  value({ expression, values }) {
    const runner = new ExpressionRunner(expression);
    return runner.canRun() ? { value: runner.runValues(values) } : { value: null, isWrong: true };
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { call, args } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: plain(ASK[call](...args)) }));
  } catch (error) {
    console.log(JSON.stringify({ value: { threw: String(error?.stack ?? error) } }));
  }
});
