/** The program of the page. It runs in browsers alone, so it is a text. */
export const SCRIPT = `
const at = (id) => document.getElementById(id);
const [model, operation, token, body, about] = ["model", "operation", "token", "body", "about"].map(at);
let models = [];
let written = "";

async function ask(path, json) {
  const headers = { accept: "application/json" };
  if (token.value) headers.authorization = "Bearer " + token.value;
  if (json !== undefined) headers["content-type"] = "application/json";
  const response = await fetch(path, { method: json === undefined ? "GET" : "POST", headers, body: json });
  return { status: response.status, answer: await response.json() };
}

function say(text, bad) {
  at("status").textContent = text;
  at("status").className = bad ? "bad" : "";
}

function fill(select, values) {
  const before = select.value;
  select.replaceChildren(...values.map((value) => new Option(value, value)));
  if (values.includes(before)) select.value = before;
}

async function loadModels() {
  try {
    const { status, answer } = await ask("v1/models");
    if (status !== 200) return say(answer.detail, true);
    say("");
    models = answer.models;
    fill(model, models.map(({ name }) => name));
    showModel();
  } catch (error) {
    say("The server does not answer: " + error.message, true);
  }
}

const chosen = () => models.find(({ name }) => name === model.value);

function showModel() {
  const own = chosen();
  if (!own) return;
  fill(operation, own.can);
  if (own.can.includes("predict") && !written) operation.value = "predict";
  const channels = own.channels.map(({ name, kind }) => name + (kind === "categorical" ? " (text)" : ""));
  const shown = channels.slice(0, 8).join(", ") + (channels.length > 8 ? ", ... (" + channels.length + ")" : "");
  about.textContent = own.kind + ", version " + own.version.slice(0, 8) + ". Channels: " + shown +
    (own.classNames ? ". Classes: " + own.classNames.slice(0, 8).join(", ") : "") + ".";
  showExample();
}

function showExample() {
  const own = chosen();
  if (!own || body.value !== written) return;
  const { score, ...cases } = exampleFor(own);
  const [[key, rows]] = Object.entries(cases);
  written = "{\\n  " + JSON.stringify(key) + ": [\\n" + rows.map((row) => "    " + JSON.stringify(row)).join(",\\n") + "\\n  ]" +
    (score ? ',\\n  "score": ' + JSON.stringify(score) : "") + "\\n}";
  body.value = written;
}

function exampleFor({ channels, derived, reading }) {
  const cell = ({ kind }, t) => (kind === "categorical" ? "" : Math.round(100 * Math.sin(0.7 * t)) / 100);
  const { entity, time } = reading;
  if (entity && derived.length > 0) {
    const events = [0, 1, 2].map((t) => ({
      [entity]: "a",
      ...(time && { [time]: new Date(Date.UTC(2024, 0, 1 + t)).toISOString() }),
      ...(reading.secondEntity && { [reading.secondEntity]: "b" }),
      ...Object.fromEntries(channels.map((channel) => [channel.name, cell(channel, t)])),
    }));
    return { events, score: "last" };
  }
  const steps = [0, 1, 2, 3, 4].map((t) =>
    channels.length === 1 && channels[0].kind === "numeric"
      ? cell(channels[0], t)
      : Object.fromEntries(channels.map((channel) => [channel.name, cell(channel, t)])));
  return { sequences: [steps] };
}

function showAnswer({ status, answer }, milliseconds) {
  say(status + ", " + Math.round(milliseconds) + " ms" + (status === 200 ? "" : ": " + answer.title), status !== 200);
  at("answer").hidden = false;
  at("text").textContent = JSON.stringify(answer, undefined, 2);
  const path = "v1/models/" + encodeURIComponent(model.value) + "/" + operation.value;
  at("curl").textContent = "curl -H 'content-type: application/json'" +
    (token.value ? " -H \\"authorization: Bearer $TOKEN\\"" : "") +
    " --data @request.json " + new URL(path, location.href).href;
  const cases = (status === 200 && answer.cases) || [];
  at("chart").replaceChildren(...cases.slice(0, 10).flatMap(chartOf));
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function chartOf({ id, probabilities, decision }) {
  if (!probabilities) return [];
  const bars = element("div", "bars");
  for (const [name, p] of Object.entries(probabilities)) {
    const bar = element("div", "bar");
    bar.style.width = (100 * p).toFixed(2) + "%";
    bars.append(element("span", "name", name), bar, element("span", "number", p.toFixed(3)));
  }
  return [element("p", "case", id + ": " + decision), bars];
}

at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = at("form").querySelector("button");
  button.disabled = true;
  say("Sending ...");
  const started = performance.now();
  try {
    const path = "v1/models/" + encodeURIComponent(model.value) + "/" + operation.value;
    showAnswer(await ask(path, body.value), performance.now() - started);
  } catch (error) {
    say("The server does not answer: " + error.message, true);
  }
  button.disabled = false;
});
model.addEventListener("change", showModel);
token.addEventListener("change", loadModels);
loadModels();
`;
