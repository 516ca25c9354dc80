import { OptionError } from "../errors.js";
import { listStates, type Model } from "../model/model.js";
import type { FeatureTable } from "./feature-table.js";
import { applyPca, fittedReadOut } from "./fitted-read-out.js";
import { PLAIN_PARTS, type PlainReadOut, plainReadOuts } from "./plain-read-out.js";
import { type ReadOutState, readOutColumns, readOutPresets } from "./readout/readout.js";
