// axe.run, which knows contrasts that passed before: two thirds of its time go into them, and nearly all were judged
// in the row above or in the navigation of the last page. A text has enough contrast where one of the same colour,
// size and weight had it on the same grounds, all the way up, and nothing moves it to a place that is not its
// ancestors'. What did not pass is judged anew each time; which texts there are to judge, axe alone decides.
({ known, options }) => {
  const check = axe._audit.checks["color-contrast"];
  const { evaluate } = check;
  const passed = new Map(known);
  const grounds = new WeakMap();
  const PLAIN = "rgba(0, 0, 0, 0) none 1 none normal none";

  const isMoved = (style) =>
    style.position === "absolute" ||
    style.position === "fixed" ||
    style.transform !== "none" ||
    style.translate !== "none" ||
    style.float !== "none" ||
    [style.marginTop, style.marginRight, style.marginBottom, style.marginLeft].some((margin) => margin.startsWith("-"));

  // What lies under the texts of an element; null where that may be something else than its ancestors.
  const groundOf = (element) => {
    if (element === null) return "";
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const below = groundOf(element.parentElement);
      const own = [
        style.backgroundColor,
        style.backgroundImage,
        style.opacity,
        style.filter,
        style.mixBlendMode,
        style.clipPath,
      ].join(" ");
      const all = own === PLAIN ? below : `${below}/${own}`;
      grounds.set(element, below === null || isMoved(style) ? null : all);
    }
    return grounds.get(element);
  };

  const looksOf = (element) => {
    const ground = groundOf(element);
    if (ground === null) return null;
    const style = getComputedStyle(element);
    const around = ["::before", "::after"].map((pseudo) => getComputedStyle(element, pseudo).content);
    return [
      ground,
      style.color,
      style.fontSize,
      style.fontWeight,
      style.textShadow,
      style.webkitTextStroke,
      ...around,
    ].join(";");
  };

  check.evaluate = function (node, ...more) {
    const looks = looksOf(node);
    if (passed.has(looks)) {
      this.data(passed.get(looks));
      return true;
    }
    const tell = this.data;
    let told;
    this.data = (what) => tell.call(this, (told = what));
    const verdict = evaluate.call(this, node, ...more);
    // What is hidden passes as well, without a ratio.
    if (verdict === true && looks !== null && told?.contrastRatio) passed.set(looks, told);
    return verdict;
  };
  return axe
    .run(document, options)
    .then(({ violations }) => ({ violations, passed: [...passed] }))
    .finally(() => {
      check.evaluate = evaluate;
    });
}
