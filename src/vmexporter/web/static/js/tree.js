// Components → jobs → instances, what of them is ticked, and what that means for the request. Pure.

/** The key of one instance. */
export function leafKey(component, { job, instance, tenant = "" }) {
  return JSON.stringify([component, job, instance, tenant]);
}

/**
 * The tree of a discovery's *components*; *up* is the chart's: when each target was down.
 * A node has key, level (1 to 3), name, versions, series, samples, downs, children, leaves (of itself, if it is one).
 */
export function buildTree(components, up = []) {
  const downs = new Map(
    up.map(({ job, instance, tenant = "", down }) => [JSON.stringify([job, instance, tenant]), down]),
  );
  return components.map((component) => {
    const jobs = new Map();
    for (const found of component.instances) {
      if (!jobs.has(found.job)) jobs.set(found.job, []);
      jobs.get(found.job).push(instanceNode(component.name, found, downs));
    }
    const children = [...jobs].map(([job, leaves]) =>
      groupNode(2, JSON.stringify([component.name, job]), job || "(no job)", leaves, {
        component: component.name,
        job,
      }),
    );
    return groupNode(1, JSON.stringify([component.name]), component.name, children, { component: component.name });
  });
}

function instanceNode(component, found, downs) {
  const node = {
    key: leafKey(component, found),
    level: 3,
    name: found.instance || "(no instance)",
    component,
    job: found.job,
    instance: found.instance,
    tenant: found.tenant ?? "",
    versions: found.versions ?? [],
    series: found.series ?? null,
    samples: found.samples ?? null,
    first_ms: found.first_ms,
    last_ms: found.last_ms,
    downs: downs.get(JSON.stringify([found.job, found.instance, found.tenant ?? ""])) ?? [],
    children: [],
  };
  node.leaves = [node];
  return node;
}

function groupNode(level, key, name, children, more) {
  const leaves = children.flatMap((child) => child.leaves);
  return {
    key,
    level,
    name,
    ...more,
    children,
    leaves,
    versions: [...new Set(leaves.flatMap((leaf) => leaf.versions))],
    series: sum(leaves, "series"),
    samples: sum(leaves, "samples"),
    downs: union(leaves.map((leaf) => leaf.downs)),
    first_ms: Math.min(...leaves.map((leaf) => leaf.first_ms)),
    last_ms: Math.max(...leaves.map((leaf) => leaf.last_ms)),
  };
}

/** The sum of a figure, or null if it is unknown for one of *leaves*. */
export function sum(leaves, figure) {
  return leaves.some((leaf) => leaf[figure] === null) ? null : leaves.reduce((total, leaf) => total + leaf[figure], 0);
}

/**
 * Where nothing of anything was recorded at the edges of the range: [end of the first gap, start of the last], or null
 * where there is none. That is no outage but an answer about the range.
 */
export function unrecorded({ up, step_ms: stepMs = 0 }, { start_ms, end_ms }) {
  if (up.length < 2) return [null, null];
  const first = Math.min(...up.map(({ down }) => (down[0]?.[0] <= start_ms ? down[0][1] : start_ms)));
  const last = Math.max(...up.map(({ down }) => (down.at(-1)?.[1] > end_ms - stepMs - 1 ? down.at(-1)[0] : end_ms)));
  return [first > start_ms && first < end_ms ? first : null, last < end_ms && last > start_ms ? last : null];
}

/** The lanes of a chart without what nobody has recorded; targets come and go a step or two apart. */
export function withoutUnrecorded({ up, step_ms: stepMs = 0 }, range) {
  const [first, last] = unrecorded({ up, step_ms: stepMs }, range);
  const isEdge = ([from, to]) =>
    (first !== null && from <= range.start_ms && to <= first + 2 * stepMs) ||
    (last !== null && to > range.end_ms - stepMs - 1 && from >= last - 2 * stepMs);
  const cut = ([from, to]) => [Math.max(from, first ?? from), Math.min(to, last ?? to)];
  return up.map((lane) => ({ ...lane, down: lane.down.filter((gap) => !isEdge(gap)).map(cut) }));
}

/** The keys of what is not ticked unless somebody does: programs that are not of VictoriaMetrics' family. */
export function offByDefault(components) {
  return components
    .filter(({ family }) => family === false)
    .flatMap(({ name, instances }) => instances.map((instance) => leafKey(name, instance)));
}

/** Spans ``[from, to]`` of several lists as one list without overlaps. */
export function union(lists) {
  const merged = [];
  for (const [from, to] of lists.flat().sort((one, other) => one[0] - other[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** on, off or mixed. */
export function tickOf(node, off) {
  const ticked = node.leaves.filter((leaf) => !off.has(leaf.key)).length;
  if (ticked === node.leaves.length) return "on";
  return ticked ? "mixed" : "off";
}

/** The set of what is not ticked after *node* was: all of it on, unless all of it was. */
export function toggled(node, off) {
  const next = new Set(off);
  const isOn = tickOf(node, off) === "on";
  for (const leaf of node.leaves) {
    if (isOn) next.add(leaf.key);
    else next.delete(leaf.key);
  }
  return next;
}

/** The rows to show: what is open, or, with something to find, all that has it in a name and what leads there. */
export function visibleRows(roots, open, find = "") {
  const wanted = find.trim().toLowerCase();
  const rows = [];
  const has = (node) => node.name.toLowerCase().includes(wanted);
  const fits = (node) => has(node) || node.children.some(fits);
  const walk = (nodes, underMatch) => {
    for (const node of nodes) {
      if (wanted && !underMatch && !fits(node)) continue;
      const below = wanted && !underMatch && !has(node);
      const isOpen = below || open.has(node.key);
      rows.push({ node, isOpen });
      if (isOpen) walk(node.children, underMatch || (Boolean(wanted) && has(node)));
    }
  };
  walk(roots, false);
  return rows;
}

/** Instances, series, samples and size of what is ticked; the size in proportion to the samples. */
export function totalsOf(roots, off, totals) {
  const leaves = roots.flatMap((root) => root.leaves);
  const ticked = leaves.filter((leaf) => !off.has(leaf.key));
  const samples = sum(ticked, "samples");
  const all = totals?.samples ?? sum(leaves, "samples");
  const size =
    totals?.bundle_bytes && all && samples !== null ? Math.round((totals.bundle_bytes * samples) / all) : null;
  return { instances: ticked.length, of: leaves.length, series: sum(ticked, "series"), samples, bytes: size };
}

/** The selection for the request: whole components by name, else the very targets. */
export function treeSelection(roots, off) {
  const ticked = roots.filter((root) => tickOf(root, off) !== "off");
  if (ticked.every((root) => tickOf(root, off) === "on")) return { components: ticked.map((root) => root.component) };
  const leaves = ticked.flatMap((root) => root.leaves).filter((leaf) => !off.has(leaf.key));
  const targets = new Map(
    leaves.map(({ job, instance, tenant }) => [
      JSON.stringify([job, instance, tenant]),
      { job, instance, ...(tenant ? { tenant } : {}) },
    ]),
  );
  return { targets: [...targets.values()] };
}
