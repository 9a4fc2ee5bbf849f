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
  if (!["checkbox", "radiogroup", "dropdown", "tagbox", "buttongroup"].includes(question.getType())) return true;
  const offered = question.visibleChoices.map((each) => each.value);
  return [value ?? []].flat().every((each) => offered.includes(each));
}

// `family[0].age`, `family[0].pets[1].name`, `costs[1].amount`, `grid[row1].note`; `family` is the question of that name.
function questionAt(survey, name) {
  const [first, ...steps] = name.split("].");
  let [called, place] = first.split("[");
  let question = survey.getQuestionByName(called);
  for (const step of steps) {
    if (!question?.isVisible || !question.isParentVisible) return null;
    const entry = entryAt(question, place);
    [called, place] = step.split("[");
    question = question.panels ? entry?.getQuestionByName(called) : entry?.cells.find((each) => each.column.name === called)?.question;
  }
  return question;
}

function entryAt(question, place) {
  if (question.panels) return question.panels[+place];
  return question.visibleRows.find((each, index) => String(each.rowName) === place || String(index) === place);
}

// One more entry at the end (`[]`), or one less (`[-2]`).
function arrange(survey, name) {
  const [, called, index] = /^(.+)\[(?:-(\d+))?\]$/.exec(name);
  const question = questionAt(survey, called);
  if (!question?.isVisible || !question.isParentVisible) return;
  const count = question.panels ? question.panelCount : question.rowCount;
  if (index === undefined) return question.panels ? question.addPanel() : question.addRow();
  if (+index < count) return question.panels ? question.removePanel(+index) : question.removeRow(+index);
}

// As from a page: who takes an answer back that is not there has done nothing.
function give(question, value) {
  if (!question || !canGive(question, value)) return;
  if (value !== null) question.value = value;
  else if (!question.isEmpty()) question.clearValueFromUI();
}

const ASK = {
  value({ expression, values }) {
    const runner = new ExpressionRunner(expression);
    return runner.canRun() ? { value: runner.runValues(values) } : { value: null, isWrong: true };
  },
  // Answers one after the other, as a person gives them: what is shown and kept after each, and what remains in the end.
  play({ definition, answers }) {
    const survey = new Model(definition);
    // Panels and rows come to life when they are drawn.
    survey.getAllQuestions().forEach((each) => { each.onFirstRendering(); return each.visibleRows; });
    const look = () => ({
      shown: survey.getAllQuestions().filter((each) => each.isVisible && each.isParentVisible).map((each) => each.name),
      data: survey.data,
    });
    const steps = [look()];
    for (const [name, value] of answers) {
      if (name.endsWith("]")) arrange(survey, name);
      else give(questionAt(survey, name), value);
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
