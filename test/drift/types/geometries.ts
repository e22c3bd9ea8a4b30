import type { TypeMaker } from "./column-type.js";

/** One of each kind, at a place. */
const SHAPES: Readonly<Record<string, (x: string) => string>> = {
  point: (x) => `POINT(${x} 2)`,
  linestring: (x) => `LINESTRING(${x} 0, 3 3, 4 5)`,
  polygon: (x) => `POLYGON((${x} 0, 10 0, 10 10, 0 10, ${x} 0))`,
  multipoint: (x) => `MULTIPOINT(${x} 0, 3 3)`,
  multilinestring: (x) => `MULTILINESTRING((${x} 0, 3 3), (1 1, 2 2))`,
  multipolygon: (x) => `MULTIPOLYGON(((${x} 0, 10 0, 10 10, 0 10, ${x} 0)))`,
  geomcollection: (x) => `GEOMETRYCOLLECTION(POINT(${x} 2), LINESTRING(0 0, 1 1))`,
};

function geometry(name: string): TypeMaker {
  return (random) => {
    const shape = (random_: typeof random) => SHAPES[name] ?? random_.pick(Object.values(SHAPES));
    const srid = random.pick([undefined, 0, 4326]);
    const at = (make: (x: string) => string, x: string, of = srid ?? 0) => `ST_GeomFromText('${make(x)}', ${of})`;
    const own = SHAPES[name] ?? ((x) => `POINT(${x} 2)`);
    return {
      name,
      definition: `${name === "geomcollection" ? "GEOMETRYCOLLECTION" : name.toUpperCase()}${srid === undefined ? "" : ` SRID ${srid}`}`,
      reading: "bytes",
      key: "none",
      cuts: false,
      value: (values) => at(shape(values), String(values.below(9)), srid ?? values.pick([0, 4326])),
      nth: (n) => at(own, String(n % 80)),
      pairs: [
        [at(own, "1"), at(own, "1.0000000000000002")],
        ...(srid === undefined ? ([[at(own, "1", 0), at(own, "1", 4326)]] as const) : []),
      ],
      defaults: [],
      wider: [],
    };
  };
}

export const GEOMETRY_TYPES: Readonly<Record<string, TypeMaker>> = Object.fromEntries(
  ["geometry", ...Object.keys(SHAPES)].map((name) => [name, geometry(name)]),
);
