export { fillSample, type SampleOptions } from "./fill-sample.js";
export { readSample, type Sample, sampleBytes } from "./sample.js";
