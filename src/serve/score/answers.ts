import type { Encoded, Explained, Predicted, ReasonsOf } from "../../client/answers.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { Predictions, Served } from "./served.js";

/** An answer as it is sent. */
export interface Answer {
  status: number;
  type: string;
  bytes: Uint8Array;
  /** How many cases it has. */
  cases: number;
}

/** The file that is served. */
export interface ServedFile {
  name: string;
  /** SHA-256 of its bytes. */
  version: string;
}

const encoder = new TextEncoder();

export function jsonAnswer(value: object, cases: number, status = 200, type = "application/json"): Answer {
  return { status, type, bytes: encoder.encode(JSON.stringify(value)), cases };
}

/** Names and notes that every answer has. */
interface Frame extends ServedFile {
  ids: readonly string[];
  notes: readonly string[];
}

const frameOf = ({ name, version }: Frame) => ({ model: name, version });
const notesOf = ({ notes }: Frame) => (notes.length > 0 ? { notes: [...notes] } : {});

export function encodedAnswer(frame: Frame, readOut: string, { values, names }: FeatureTable): Answer {
  const C = names.length;
  const cases = frame.ids.map((id, n) => ({ id, features: Array.from(values.subarray(n * C, (n + 1) * C)) }));
  const answer: Encoded = { ...frameOf(frame), readOut, names: [...names], cases, ...notesOf(frame) };
  return jsonAnswer(answer, cases.length);
}

export function predictedAnswer(frame: Frame, { about }: Served, predictions: Predictions): Answer {
  const answer: Predicted = {
    ...frameOf(frame),
    ...thresholdOf(about),
    cases: casesOf(frame, predictions),
    ...notesOf(frame),
  };
  return jsonAnswer(answer, frame.ids.length);
}

const thresholdOf = ({ positive, threshold }: Served["about"]) => ({
  ...(positive !== undefined && { positive }),
  ...(threshold !== undefined && { threshold }),
});

export function explainedAnswer(
  frame: Frame,
  { about }: Served,
  predictions: Predictions,
  reasons: readonly ReasonsOf[],
): Answer {
  const cases = casesOf(frame, predictions).map((each, n) => ({ ...each, reasons: reasons[n] }));
  const answer: Explained = { ...frameOf(frame), ...thresholdOf(about), cases, ...notesOf(frame) };
  return jsonAnswer(answer, cases.length);
}

function casesOf({ ids }: Frame, { classNames, scores, probabilities, decisions }: Predictions) {
  const C = classNames.length;
  return ids.map((id, n) => ({
    id,
    probabilities: Object.fromEntries(classNames.map((name, c) => [name, probabilities[n * C + c]])),
    ...(C === 2 && { score: scores[2 * n + 1] }),
    decision: classNames[decisions[n]],
  }));
}

const NPY_HEADER = 128; // bytes, a multiple of 64

/** A matrix of NumPy, for many cases: float32 features, or float64 probabilities. */
export function npyAnswer(values: Float32Array | Float64Array, rows: number): Answer {
  const bytes = new Uint8Array(NPY_HEADER + values.byteLength).fill(0x20, 0, NPY_HEADER);
  const type = values instanceof Float64Array ? "<f8" : "<f4";
  const shape = `(${rows}, ${rows === 0 ? 0 : values.length / rows})`;
  bytes.set([0x93, ...encoder.encode("NUMPY"), 1, 0, NPY_HEADER - 10, 0]);
  bytes.set(encoder.encode(`{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`), 10);
  bytes[NPY_HEADER - 1] = 0x0a;
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), NPY_HEADER);
  return { status: 200, type: "application/x-npy", bytes, cases: rows };
}
