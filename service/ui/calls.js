// A request as a call that can be pasted elsewhere. The key is never written out.

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function curl(body, keyed) {
  return [
    `curl ${shell(`${location.origin}/v1/preview`)}`,
    ...(keyed ? ['-H "Authorization: Bearer $KEY"'] : []),
    "-H 'Content-Type: application/json'",
    `--data-raw ${shell(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

export function python(body, keyed) {
  const { text, ...options } = body;
  const given = Object.entries(options).map(([name, value]) => `        ${name}=${literal(value)},\n`);
  return `${keyed ? "import os\n\n" : ""}from service.client import Client

with Client(${literal(location.origin)}${keyed ? ', key=os.environ["KEY"]' : ""}) as client:
    answer = client.preview(
        ${literal(text)},
${given.join("")}    )
    for copy in answer.copies:
        print(copy.text)
`;
}

/** The command makes the copies here and not on the server; the bytes of exact kinds are the same. */
export function cli(body, yaml) {
  const strict = body.strict;
  const options = [
    ...(body.preset ? [`--preset ${shell(body.preset)}`] : ["--spec spec.yaml"]),
    `--copies ${body.copies}`, `--seed ${body.seed}`, ...(strict ? ["--strict"] : []),
  ].join(" ");
  const call = `printf %s ${shell(body.text)} |\n  augment preview - ${options}`;
  if (body.preset) return call;
  return `cat > spec.yaml <<'END_OF_SPEC'\n${yaml.trimEnd()}\nEND_OF_SPEC\n${call}`;
}

/** A JSON value as Python; what JSON escapes, Python reads alike. */
function literal(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}: ${literal(v)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}
