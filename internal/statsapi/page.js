"use strict";
// The page may be open below a stage (/dev or /dev/), so addresses are made from where it is.
const base = location.origin + location.pathname.replace(/\/?$/, "/");
const at = (id) => document.getElementById(id);
at("base").textContent = base;

const keyName = "stats-api-key"; // of the tab's storage, which ends with the tab
let runs = []; // those that are listed
let next = ""; // the token of the runs behind them
let shown = 0; // counts what was asked for, so that a late answer replaces nothing newer

function make(name, text, attributes) {
  const e = document.createElement(name);
  if (text) e.textContent = text;
  for (const [k, v] of Object.entries(attributes ?? {})) e.setAttribute(k, v);
  return e;
}

function draw(name, attributes) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  return e;
}

function say(where, text, isError) {
  at(where).textContent = text;
  at(where).className = isError ? "error" : "";
}

class WrongKey extends Error {}

// call asks the API, which answers 403 by itself if it does not know the key.
async function call(path) {
  const answer = await fetch(base + path, { headers: { "x-api-key": sessionStorage.getItem(keyName) ?? "" }, cache: "no-store" });
  if (answer.ok) return answer;
  if (answer.status === 401 || answer.status === 403) throw new WrongKey("This key is not accepted. It is in the secret that the stack's output apiKeySecretName names.");
  if (answer.status === 429) throw new Error("Too many calls for now; try again later.");
  const body = await answer.json().catch(() => ({}));
  throw new Error(body.error || body.message || `The API answers ${answer.status}.`);
}

// doing says what goes wrong at its place; a key that is not accepted is forgotten.
async function doing(where, work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof WrongKey) forget(error.message);
    else say(where, error.message, true);
  }
}

function forget(text) {
  sessionStorage.removeItem(keyName);
  shown++;
  at("results").hidden = at("forget").hidden = true;
  at("ask").hidden = false;
  at("key").value = "";
  at("report").replaceChildren();
  at("history").replaceChildren();
  at("runs").tBodies[0].replaceChildren();
  at("comparison").hidden = true;
  say("state", text, text !== "The key is forgotten.");
  at("key").focus();
}

const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
const minute = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC";
const number = (v) => (v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2));

// The report of a run is rendered by the API, in the very form of report.html. It
// stands in a frame, so that its style and this page's do not mix.
async function showRun(run) {
  const mine = ++shown;
  say("run-state", `Reading run ${run.id} …`);
  const text = await (await call(`v1/runs/${encodeURIComponent(run.id)}?format=html`)).text();
  if (mine !== shown) return;
  const frame = make("iframe", "", { title: `Report of run ${run.id}` });
  frame.srcdoc = text;
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument.documentElement;
    const fit = () => { frame.height = Math.ceil(inside.getBoundingClientRect().height); };
    new ResizeObserver(fit).observe(inside);
    fit();
  });
  at("report").replaceChildren(frame);
  say("run-state", `${run.id}, started ${minute(run.timestamp)}`);
  for (const row of at("runs").tBodies[0].rows) {
    if (row.dataset.run === run.id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function save(name, type, parts) {
  const link = make("a", "", { download: name });
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function saveSamples(run) {
  const lines = [];
  for (let token = ""; ; ) {
    const query = new URLSearchParams({ limit: "1000" });
    if (token) query.set("nextToken", token);
    const page = await (await call(`v1/runs/${encodeURIComponent(run.id)}/samples?${query}`)).json();
    for (const sample of page.items) lines.push(JSON.stringify(sample) + "\n");
    say("runs-state", `${lines.length} samples of ${run.id} …`);
    if (!(token = page.nextToken)) break;
  }
  if (lines.length === 0) throw new Error(`The samples of ${run.id} have expired.`);
  save(`${run.id}.samples.jsonl`, "application/jsonl", lines);
  say("runs-state", `${lines.length} samples of ${run.id} are saved.`);
}

function listRun(run) {
  const row = at("runs").tBodies[0].insertRow();
  row.dataset.run = run.id;
  const box = make("input", "", { type: "checkbox", value: run.id, "aria-label": `Compare ${run.id}` });
  box.addEventListener("change", () => { at("compare").disabled = chosen().length !== 2; });
  row.insertCell().append(box);
  row.insertCell().textContent = minute(run.timestamp);
  row.insertCell().textContent = [run.platform, run.region, run.stage].filter(Boolean).join(" ");
  row.insertCell().textContent = run.interrupted ? "interrupted" : run.status || (run.ended ? "finished" : "under way");
  row.insertCell().textContent = run.targets ? `load test of ${run.targets.join(" and ")}` : run.invocations ? `${run.invocations.toLocaleString("en")} invocations` : "–";
  const actions = row.insertCell();
  for (const [name, what, where, act] of [
    ["Open", "open", "run-state", async () => { at("run-title").textContent = "Run"; at("run-title").focus(); await showRun(run); }],
    ["Report", "save the report of", "runs-state", async () => save(`${run.id}.html`, "text/html", [await (await call(`v1/runs/${encodeURIComponent(run.id)}?format=html`)).text()])],
    ...(run.targets ? [] : [["Samples", "save the samples of", "runs-state", () => saveSamples(run)]]), // a load test has histograms
  ]) {
    const button = make("button", name, { type: "button", "aria-label": `${name}: ${what} ${run.id}` });
    button.addEventListener("click", () => doing(where, act));
    actions.append(button);
  }
  actions.append(make("small", run.id));
}

const chosen = () => [...at("runs").tBodies[0].querySelectorAll("input:checked")].map((box) => box.value);

async function listRuns() {
  say("runs-state", "Reading …");
  const query = new URLSearchParams({ limit: "50", since: "1970-01-01" });
  if (next) query.set("nextToken", next);
  const page = await (await call(`v1/runs?${query}`)).json();
  page.items.forEach(listRun);
  runs.push(...page.items);
  next = page.nextToken ?? "";
  at("more").hidden = !next;
  say("runs-state", `${runs.length} of ${page.total} runs.`);
}

async function compare() {
  const [later, earlier] = chosen(); // the list has the newest first
  at("comparison").hidden = false;
  at("comparison").textContent = "Reading …";
  const query = new URLSearchParams({ format: "text", against: earlier });
  try {
    at("comparison").textContent = await (await call(`v1/runs/${encodeURIComponent(later)}?${query}`)).text();
  } catch (error) {
    at("comparison").hidden = true;
    throw error;
  }
}

// segments are the stretches of a column without a gap: neither a value that is missing,
// nor a time without runs.
function segments(times, daily, column) {
  const steps = times.slice(1).map((t, i) => t - times[i]).slice(daily).sort((a, b) => a - b);
  const usual = steps.length ? steps[steps.length >> 1] : Infinity;
  const all = [];
  let current = null;
  column.forEach((v, i) => {
    const limit = i < daily ? 2.5 * 86400 : Math.max(3 * usual, i === daily ? 2.5 * 86400 : 0);
    if (v === null || (current && times[i] - times[i - 1] > limit)) current = null;
    if (v === null) return;
    if (!current) all.push((current = []));
    current.push(i);
  });
  return all;
}

function chart(h, cell) {
  const { times, daily, unit } = h;
  const all = [cell.p50, cell.lo, cell.hi, cell.p90].flat().filter((v) => v !== null);
  const low = Math.min(...all), high = Math.max(...all);
  const first = times[0], span = times[times.length - 1] - first || 1;
  const place = (i) => (times.length > 1 ? (600 * (times[i] - first)) / span : 300);
  const x = (i) => place(i).toFixed(1);
  const y = (v) => (4 + (92 * (high - v)) / (high - low || 1)).toFixed(1);
  // A run without neighbours is as wide as it takes to be seen.
  const alone = (i) => [Math.max(0, place(i) - 5).toFixed(1), Math.min(600, place(i) + 5).toFixed(1)];
  const line = (column) => segments(times, daily, column).map((s) => s.length === 1
    ? `M${alone(s[0])[0]} ${y(column[s[0]])}H${alone(s[0])[1]}`
    : "M" + s.map((i) => `${x(i)} ${y(column[i])}`).join("L")).join("");
  const band = segments(times, daily, cell.lo).map((s) => s.length === 1
    ? `M${alone(s[0])[0]} ${y(cell.hi[s[0]])}H${alone(s[0])[1]}V${y(cell.lo[s[0]])}H${alone(s[0])[0]}Z`
    : "M" + s.map((i) => `${x(i)} ${y(cell.hi[i])}`).join("L") + "L" + s.toReversed().map((i) => `${x(i)} ${y(cell.lo[i])}`).join("L") + "Z").join("");

  const v = cell.variant;
  const name = `${v.runtime.startsWith("provided") ? v.language : v.runtime} ${v.architecture} ${v.memoryMB} MB${v.snapStart ? " SnapStart" : ""}`;
  const figure = make("figure");
  const caption = make("figcaption");
  caption.append(make("b", name));
  const last = cell.p50.findLastIndex((p) => p !== null);
  let figures = `${number(cell.p50[last])} ${unit}`;
  if (cell.lo[last] !== null) figures += ` (${number(cell.lo[last])} to ${number(cell.hi[last])})`;
  figures += `, p90 ${number(cell.p90[last])}, n ${cell.n[last]}`;
  caption.append(make("span", figures));
  const plot = make("div", "", { class: "plot" });
  const svg = draw("svg", { viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img", "aria-label": `${name}: last ${figures}; from ${number(low)} to ${number(high)} ${unit} between ${day(first)} and ${day(first + span)}` });
  svg.append(draw("path", { class: "band", d: band }), draw("path", { class: "p90", d: line(cell.p90) }), draw("path", { class: "median", d: line(cell.p50) }));
  const changes = cell.changes.slice(1);
  for (const c of changes) svg.append(draw("path", { class: "change", d: `M${x(c.at)} 0V100` }));
  const ends = make("div", "", { class: "times" });
  ends.append(make("small", day(first)), make("small", day(times[times.length - 1])));
  plot.append(make("small", number(high)), svg, make("small", number(low)), ends);
  figure.append(caption, plot);
  if (changes.length) {
    const fold = make("details");
    const list = make("ul");
    changes.forEach((c, i) => {
      const before = cell.changes[i];
      const what = [];
      if (c.version !== before.version) what.push(`runtime ${before.version || "unknown"} to ${c.version || "unknown"}`);
      if (c.sha256 !== before.sha256) what.push(`artefact ${before.sha256 || "unknown"} to ${c.sha256 || "unknown"}`);
      list.append(make("li", `${day(times[c.at])}: ${what.join(", ")}`));
    });
    fold.append(make("summary", changes.length === 1 ? "1 change" : `${changes.length} changes`), list);
    figure.append(fold);
  }
  return figure;
}

let historyAsked = 0;
async function showHistory() {
  const mine = ++historyAsked;
  say("history-state", "Reading …");
  const query = new URLSearchParams();
  for (const id of ["temperature", "metric", "workload", "architecture", "since"]) {
    if (at(id).value) query.set(id, at(id).value);
  }
  const h = await (await call(`v1/history?${query}`)).json();
  if (mine !== historyAsked || at("results").hidden) return;
  const title = [...at("metric").options].find((o) => o.value === h.metric).text.split(",")[0];
  at("history").replaceChildren(...h.cells.map((cell) => chart(h, cell)));
  say("history-state", h.cells.length === 0
    ? "No run has measured this yet."
    : `${title} of ${h.temperature === "cold" ? "cold starts" : "warm invocations"}: ${h.runs.length} runs` + (h.daily ? `, and before them the middle run of each of ${h.daily} days.` : "."));
}

async function show() {
  at("ask").hidden = true;
  at("results").hidden = at("forget").hidden = false;
  say("state", "");
  runs = [];
  next = "";
  at("runs").tBodies[0].replaceChildren();
  at("run-title").textContent = "Latest run";
  await listRuns();
  doing("history-state", showHistory);
  const latest = runs.find((r) => r.status === "finished" && !r.interrupted);
  if (latest) await doing("run-state", () => showRun(latest));
  else say("run-state", "No run has come to its end yet.");
}

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(keyName, at("key").value.trim());
  doing("state", show);
});
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("filters").addEventListener("change", () => doing("history-state", showHistory));
at("forget").addEventListener("click", () => forget("The key is forgotten."));
at("more").addEventListener("click", () => doing("runs-state", listRuns));
at("compare").addEventListener("click", () => doing("runs-state", compare));
for (const button of document.querySelectorAll("nav button")) {
  button.addEventListener("click", () => { at(button.dataset.to).focus(); at(button.dataset.to).scrollIntoView(); });
}
if (sessionStorage.getItem(keyName)) doing("state", show);
