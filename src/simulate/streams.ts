/** First key of every random stream of the simulation, so that changing one part leaves the others alone. */
export const STREAM = { customer: 1, habits: 2, lookAlikes: 3, frauds: 4, labels: 5 } as const;
