// Prints the types of a scheme document, from its JSON Schema.
import { readFileSync } from "node:fs";

const source = new URL("../../docs/scheme.schema.json", import.meta.url);

function comment(text, indent) {
  if (!text) return "";
  const lines = text.replaceAll("*/", "* /").split("\n");
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

const named = (ref) => ref.replace("#/$defs/", "");

function type(schema, indent) {
  if (schema === true) return "unknown";
  if (schema.$ref) return named(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) {
    const types = choices.map((one) => `${comment(one.description, `${indent}  `)}${indent}  | ${type(one, `${indent}  `)}`);
    return `\n${types.join("\n")}`;
  }
  const types = [schema.type].flat();
  if (types.length > 1) return types.map((one) => type({ ...schema, type: one }, indent)).join(" | ");
  switch (types[0]) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return "number";
    case "null":
      return "null";
    case "array":
      return `Array<${type(schema.items, indent)}>`;
    case "object":
      return object(schema, indent);
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function object(schema, indent) {
  const within = `${indent}  `;
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const optional = schema.required?.includes(name) ? "" : "?";
    return `${comment(field.description, within)}${within}${name}${optional}: ${type(field, within)};\n`;
  });
  if (schema.additionalProperties && typeof schema.additionalProperties === "object") {
    fields.push(`${within}[name: string]: ${type(schema.additionalProperties, within)};\n`);
  }
  return fields.length === 0 ? "Record<string, never>" : `{\n${fields.join("")}${indent}}`;
}

const schema = JSON.parse(readFileSync(source, "utf8"));
const head = "// Made from docs/scheme.schema.json by tools/scheme-types.js.\n\n";
const whole = `${comment("A scheme document.", "")}export type SchemeDocument = ${type(schema, "")};\n`;
const parts = Object.entries(schema.$defs).map(
  ([name, part]) => `\n${comment(part.description, "")}export type ${name} = ${type(part, "")};\n`,
);
process.stdout.write((head + whole + parts.join("")).replaceAll(" \n", "\n"));
