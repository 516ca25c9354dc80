import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { ArtefactError } from "../../src/errors.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/files/safetensors.js";
import { fitPredictor } from "../../src/predict/fit-predictor.js";
import { decodePredictor } from "../../src/predict/predictor.js";
import { cellsOf, makeSet } from "../sequences/set/make-set.js";
import { randomSeries } from "../series.js";

const engine = await loadEngine();
const random = randomSeries({ N: 41, F: 2, lengths: (n) => 5 + (n % 7) });
const train = makeSet(cellsOf(random), {
  labels: Int32Array.from(random.ids, (_, n) => n % 3),
  classNames: [..."abc"],
});
const fit = { units: 4, threads: 0, train: { updates: 5, batchSize: 16 } };
const predictor = await fitPredictor(
  engine,
  { name: "some", train, files: [], notes: [] },
  { features: ["latent"], classifier: "ridge", fit },
);
const { tensors, blobs, metadata } = decodeSafetensors(predictor.toBytes(), "it");

// biome-ignore lint/suspicious/noExplicitAny: any change of JSON
type Change = (json: any) => void;

/** The file with one of its parts changed, and a checksum that agrees. */
function changed(part: string, change: Change): Uint8Array {
  const { checksum: _, ...rest } = metadata;
  const text = part === "about" ? metadata.predictor : new TextDecoder().decode(blobs[part]);
  const json = JSON.parse(text);
  change(json);
  const again = JSON.stringify(json);
  if (part === "about") return encodeSafetensors(tensors, { ...rest, predictor: again }, blobs);
  return encodeSafetensors(tensors, rest, { ...blobs, [part]: new TextEncoder().encode(again) });
}

describe("a file whose parts do not go together, though its checksum agrees, is refused by name", () => {
  const cases: [string, string, Change][] = [
    ["classes beyond those of the classifier", "about", (about) => about.classNames.push("d")],
    ["two classes of one name", "about", (about) => (about.classNames[1] = "a")],
    ["fewer counted classes", "about", (about) => about.training.classes.pop()],
    ["no channels", "about", (about) => (about.channels = [])],
    ["a channel twice", "about", (about) => about.channels.push(about.channels[0])],
    ["a numeric channel with categories", "about", (about) => (about.channels[0].vocabulary = ["x"])],
    ["a choice that was not tried", "about", (about) => (about.choice.at = 9)],
    ["a calibration of two classes", "about", (about) => (about.calibration.classCount = 2)],
    ["a calibration that is none", "about", (about) => (about.calibration.maps = [])],
    ["statics without vocabularies", "about", (about) => (about.statics = { names: ["s"], vocabularies: [] })],
    [
      "a threshold for three classes",
      "about",
      (about) => {
        about.threshold = { value: 0.5, rule: "F1", chosenOn: { cases: 1, alerts: 1, positives: 1 } };
      },
    ],
    ["a network by another name than a number", "set latent", (set) => (set.network = "__proto__")],
    ["a network that it does not have", "set latent", (set) => (set.network = 7)],
    ["a classifier of more classes", "classifier 0", (member) => (member.state.classCount = 1e9)],
    ["a classifier without its state", "classifier 0", (member) => (member.state = null)],
    ["a classifier of fewer coefficients", "classifier 0", (member) => member.state.coefficients.pop()],
  ];
  test.each(cases)("%s", (_, part, change) => {
    const bytes = changed(part, change);
    expect(() => decodePredictor(engine, bytes, "its file")).toThrow(ArtefactError);
    expect(() => decodePredictor(engine, bytes, "its file")).toThrow(/^its file: the predictor is damaged/);
  });

  test("and one that was not changed is read", async () => {
    const same = decodePredictor(
      engine,
      changed("about", () => {}),
      "its file",
    );
    expect(await same.score({ set: train })).toEqual(await predictor.score({ set: train }));
  });
});
