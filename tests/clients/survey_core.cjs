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

// Nobody answers what they do not see, or chooses what is not offered.
function canGive(question, value) {
  if (!question.isVisible || !question.isParentVisible) return false;
  if (!["checkbox", "radiogroup", "dropdown"].includes(question.getType())) return true;
  const offered = question.visibleChoices.map((each) => each.value);
  return [value ?? []].flat().every((each) => offered.includes(each));
}

const ASK = {
  value({ expression, values }) {
    const runner = new ExpressionRunner(expression);
    return runner.canRun() ? { value: runner.runValues(values) } : { value: null, isWrong: true };
  },
  // Answers one after the other, as a person gives them: what is shown and kept after each, and what remains in the end.
  play({ definition, answers }) {
    const survey = new Model(definition);
    const look = () => ({
      shown: survey.getAllQuestions().filter((each) => each.isVisible && each.isParentVisible).map((each) => each.name),
      data: survey.data,
    });
    const steps = [look()];
    for (const [name, value] of answers) {
      const question = survey.getQuestionByName(name);
      if (canGive(question, value)) question.value = value;
      steps.push(look());
    }
    survey.doComplete();
    return { steps, data: survey.data };
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
