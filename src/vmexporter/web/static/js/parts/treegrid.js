// The tree of components as a treegrid: arrows move and open, Space ticks; each row has its lane.

import { attribute, fill, h } from "../dom.js";
import { count } from "../format.js";
import { tickOf, toggled, visibleRows } from "../tree.js";
import { heading, nodeName, versionCell } from "./treecells.js";
import { laneCell, moveMark } from "./lanes.js";

const MOST_ROWS = 1000;

/** The grid; it answers ``root``, and ways to change what it shows. */
export function treeGrid({ roots, off, range, open, onTick }) {
  let view = { roots, off, open: new Set(open), find: "", active: roots[0]?.key ?? "", mark: null };
  const head = h("input.check", {
    type: "checkbox",
    "aria-label": "All",
    tabindex: "-1",
    onchange: () => onTick(toggled(everything(), view.off)),
  });
  const body = h("tbody", { onkeydown: key, onfocusin: (event) => focused(event.target.closest("tr")) });
  const root = h(
    "table.tbl.fold",
    { role: "treegrid", "aria-label": "Components, jobs and instances" },
    h(
      "colgroup",
      null,
      ["a", "b", "c", "d", ""].map((name) => h("col", { class: name })),
    ),
    heading(head, range),
    body,
  );

  const everything = () => ({ leaves: view.roots.flatMap((each) => each.leaves) });
  const rowOf = (nodeKey) => body.querySelector(`tr[data-key="${CSS.escape(nodeKey)}"]`);

  function draw() {
    const hadFocus = body.contains(document.activeElement);
    const onRow = document.activeElement?.tagName === "TR";
    const rows = visibleRows(view.roots, view.open, view.find);
    if (!rows.some(({ node }) => node.key === view.active)) view.active = rows[0]?.node.key ?? "";
    fill(
      body,
      rows.slice(0, MOST_ROWS).map(makeRow),
      rows.length > MOST_ROWS ? tail(rows.length) : null,
      rows.length
        ? null
        : h("tr", null, h("td", { colspan: "5", class: "muted" }, `Nothing has “${view.find.trim()}” in its name`)),
    );
    const state = tickOf(everything(), view.off);
    head.checked = state === "on";
    head.indeterminate = state === "mixed";
    if (hadFocus)
      (onRow ? rowOf(view.active) : rowOf(view.active)?.querySelector("input"))?.focus({ preventScroll: true });
  }

  function makeRow({ node, isOpen }) {
    const state = tickOf(node, view.off);
    const isBranch = node.children.length > 0;
    const box = h("input.check", {
      type: "checkbox",
      tabindex: "-1",
      checked: state === "on",
      indeterminate: state === "mixed",
      onchange: () => onTick(toggled(node, view.off)),
    });
    const twist = isBranch
      ? h("button.twist", {
          type: "button",
          tabindex: "-1",
          "aria-expanded": String(isOpen),
          "aria-label": node.name,
          onclick: () => flip(node.key, !isOpen),
        })
      : null;
    return h(
      "tr",
      {
        "aria-level": node.level,
        "aria-expanded": isBranch ? String(isOpen) : null,
        "data-key": node.key,
        tabindex: node.key === view.active ? "0" : "-1",
        class: state === "off" ? "off-row" : "",
      },
      h(
        "td",
        null,
        h(
          "span.node",
          null,
          twist,
          h("label", null, box, nodeName(node, range)),
        ),
      ),
      h("td.hide-n", null, versionCell(node.versions)),
      h("td.num.hide-n", null, count(node.series)),
      h("td.num", null, count(node.samples)),
      laneCell(node, range, view.mark),
    );
  }

  function flip(nodeKey, isOpen) {
    if (isOpen) view.open.add(nodeKey);
    else view.open.delete(nodeKey);
    view.active = nodeKey;
    draw();
  }

  function focused(row) {
    if (!row?.dataset.key || row.dataset.key === view.active) return;
    attribute(rowOf(view.active) ?? row, "tabindex", "-1");
    view.active = row.dataset.key;
    attribute(row, "tabindex", "0");
  }

  function key(event) {
    if (event.target.tagName !== "TR" || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...body.querySelectorAll("tr[data-key]")];
    const at = rows.indexOf(event.target);
    const { node } = visibleRows(view.roots, view.open, view.find)[at];
    const isOpen = event.target.getAttribute("aria-expanded");
    const acts = {
      ArrowDown: () => rows[at + 1]?.focus(),
      ArrowUp: () => rows[at - 1]?.focus(),
      Home: () => rows[0].focus(),
      End: () => rows.at(-1).focus(),
      ArrowRight: () => (isOpen === "false" ? flip(node.key, true) : isOpen === "true" && rows[at + 1]?.focus()),
      ArrowLeft: () => (isOpen === "true" ? flip(node.key, false) : parentOf(rows, at)?.focus()),
      " ": () => onTick(toggled(node, view.off)),
      Enter: () => isOpen && flip(node.key, isOpen === "false"),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  draw();
  return {
    root,
    find(text) {
      view = { ...view, find: text };
      draw();
    },
    setOff(next) {
      view.off = next;
      draw();
    },
    replace(next) {
      view.roots = next;
      draw();
    },
    mark(mark) {
      view.mark = mark;
      for (const each of body.querySelectorAll(".lane")) moveMark(each, range, mark);
    },
  };
}

function parentOf(rows, at) {
  const level = Number(rows[at].getAttribute("aria-level"));
  return rows
    .slice(0, at)
    .reverse()
    .find((row) => Number(row.getAttribute("aria-level")) < level);
}

function tail(rows) {
  return h(
    "tr",
    null,
    h("td", { colspan: "5", class: "muted" }, `${rows - MOST_ROWS} more rows: type a part of the name above`),
  );
}
