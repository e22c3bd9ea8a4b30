/** The regular expression of a LIKE pattern, in which `\_` and `\%` stand for themselves. */
export function likePattern(pattern: string, options: { readonly ignoresCase: boolean }): RegExp {
  const source = pattern.replaceAll(/\\([_%])|([_%])|[.*+?^${}()|[\]\\]/g, (found, escaped, wildcard) => {
    if (escaped !== undefined) return escaped;
    if (wildcard === "_") return ".";
    return wildcard === "%" ? ".*" : `\\${found}`;
  });
  return new RegExp(`^${source}$`, options.ignoresCase ? "is" : "s");
}
