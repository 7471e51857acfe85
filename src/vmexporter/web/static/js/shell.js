// The frame around each step: the rail with what every step answered, and the bar with Back and Next.

import { attribute, fill, h } from "./dom.js";
import { brand } from "./parts/brand.js";
import { themeSwitch } from "./theme.js";

/** Build the rail of a course; the answer is a function that brings it up to date for the step shown. */
export function buildRail(rail, address, course, home) {
  const rows = course.steps.map((step) => {
    const parts = { id: step.id, link: h("a"), name: h("b"), small: h("small") };
    parts.link.append(parts.name, parts.small);
    return parts;
  });
  const [fact, more] = [h("b"), h("span")];
  fill(
    rail,
    brand(home),
    h(
      "nav.steps",
      { "aria-label": "Steps" },
      h(
        "ol",
        null,
        rows.map(({ link }) => h("li", null, link)),
      ),
    ),
    h("p.egress", null, fact, more),
    h("div.rail-foot", null, h("span", null, address), themeSwitch()),
  );
  return (current, state, nowMs) => {
    for (const row of rows) showRow(course, row, current, state, nowMs);
    [fact.textContent, more.textContent] = course.egress(state);
  };
}

function showRow(course, { id, link, name, small }, current, state, nowMs) {
  const done = course.isDone(id, state);
  const isLast = id === course.last;
  const isCurrent = id === current;
  link.classList.toggle("done", done);
  attribute(link, "aria-current", isCurrent ? "step" : null);
  const leads = !isCurrent && course.isReachable(id, state) && (course.indexOf(id) <= state.furthest || isLast);
  attribute(link, "href", leads ? `#/${id}` : null);
  fill(name, course.stepName(id, state), done ? h("i.vh", null, " done") : null);
  const words = done || isCurrent || (isLast && state.run) ? course.answer(id, state, nowMs) : "";
  if (small.textContent !== words) small.textContent = words;
  small.hidden = !words;
}

/**
 * Build the bar of a step. *own* may say otherwise than the order of the steps does: {back, words, primary: {words,
 * act, missing}}, each a function of the state. The answer brings the bar up to date.
 */
export function buildBar(bar, id, app, own = {}) {
  const { course } = app;
  const { back, next } = course.neighbours(id);
  const why = h("p.why#why");
  const primary = h("button.btn.btn-primary", { type: "button" });
  const backLink = back ? h("a.btn", { href: `#/${back}` }, "Back") : null;
  fill(bar, backLink, why, primary);
  let spec = null;
  primary.addEventListener("click", () => {
    const lacks = spec.missing;
    if (lacks) focusOn(lacks.focus);
    else spec.act();
  });
  const standard = (state) => ({
    words: `Next: ${next ? course.stepName(next, state) : ""}`,
    missing: course.missing(id, state),
    act: () => app.go(next),
  });
  return (state) => {
    spec = own.primary ? own.primary(state) : standard(state);
    primary.hidden = !spec;
    if (backLink) backLink.hidden = own.back ? !own.back(state) : false;
    why.textContent = own.words?.(state) ?? spec?.missing?.why ?? course.barWords(id, state);
    if (!spec) return;
    primary.className = spec.plain ? "btn" : "btn btn-primary";
    if (primary.textContent !== spec.words) primary.textContent = spec.words;
    attribute(primary, "aria-disabled", spec.missing ? "true" : null);
    attribute(primary, "aria-describedby", spec.missing ? "why" : null);
  };
}

/** Bring what is missing into sight and under the keys. */
export function focusOn(id) {
  const element = document.getElementById(id) ?? document.getElementById("main");
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
}
