export type { Engine } from "./engine/engine.js";
export { type EngineName, engineNames, loadEngine } from "./engine/load.js";
