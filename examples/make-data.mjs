// @ts-check
// Writes pumps.csv and patients.csv beside this file, from a seed: node examples/make-data.mjs
import { writeFileSync } from "node:fs";

let state = 1;
/** Between 0 and 1 (mulberry32). */
const uniform = () => {
  state = (state + 0x6d2b79f5) | 0;
  let bits = Math.imul(state ^ (state >>> 15), 1 | state);
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const write = (/** @type {string} */ name, /** @type {string[]} */ lines) =>
  writeFileSync(new URL(name, import.meta.url), `${lines.join("\n")}\n`);

// Runs of pumps, 24 steps of 3 noisy sensors. In a worn pump the flow follows the pressure later and weaker.
const pumps = ["run,pressure,flow,vibration,worn"];
for (let n = 0; n < 120; n++) {
  const worn = n % 2 === 1;
  const [phase, speed] = [6.28 * uniform(), 0.4 + 0.1 * uniform()];
  const [lag, gain] = worn ? [1, 0.8] : [0.4, 1];
  /** @type {((t: number) => number)[]} */
  const sensors = [
    (t) => Math.sin(speed * t + phase),
    (t) => gain * Math.sin(speed * t + phase - lag),
    (t) => Math.abs(Math.sin(2 * speed * t + phase)),
  ];
  for (let t = 0; t < 24; t++) {
    const values = sensors.map((sensor) => (sensor(t) + 0.5 * normal()).toFixed(1));
    pumps.push([n, ...values, Number(worn)].join(","));
  }
}
write("pumps.csv", pumps);

// Stays of patients: 4 to 20 visits at irregular hours, a laboratory value at every third visit, other values missing
// now and then. Of those who get worse, the pulse climbs in a part of the stay that may be anywhere.
const patients = ["patient,hour,pulse,pressure,lab,worse"];
for (let n = 0; n < 140; n++) {
  const worse = n % 3 === 0;
  const visits = 4 + Math.floor(17 * uniform());
  const onset = Math.floor((visits - 3) * uniform());
  const [rest, pressure] = [70 + 10 * normal(), 120 + 10 * normal()];
  let hour = 0;
  for (let t = 0; t < visits; t++) {
    hour += 0.5 + 7 * uniform() ** 2;
    const climb = worse && t >= onset && t < onset + 4 ? 5 * (t - onset + 1) : 0;
    const cells = [
      rest + climb + 4 * normal(),
      pressure - 0.5 * climb + 5 * normal(),
      1 + 0.05 * climb + 0.4 * normal(),
    ];
    const taken = [0.9, 0.8, 0.33].map((share) => uniform() < share);
    const shown = cells.map((cell, f) => (taken[f] ? cell.toFixed(f === 2 ? 2 : 0) : ""));
    patients.push([`p${n}`, hour.toFixed(1), ...shown, worse ? 1 : 0].join(","));
  }
}
write("patients.csv", patients);
