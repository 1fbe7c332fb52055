// JSON values to and from the messages of google.protobuf that proto-loader leaves as they are.

/** Turns a JSON value into google.protobuf.Value. */
export function toValue(json) {
  if (json === null || json === undefined) return { nullValue: "NULL_VALUE" };
  if (typeof json === "number") return { numberValue: json };
  if (typeof json === "string") return { stringValue: json };
  if (typeof json === "boolean") return { boolValue: json };
  if (Array.isArray(json)) return { listValue: { values: json.map(toValue) } };
  return { structValue: toStruct(json) };
}

/** Turns a JSON object into google.protobuf.Struct. */
export function toStruct(json) {
  return { fields: Object.fromEntries(Object.entries(json ?? {}).map(([name, value]) => [name, toValue(value)])) };
}

/** Turns google.protobuf.Value into a JSON value. */
export function fromValue(value) {
  switch (value.kind) {
    case "numberValue": return value.numberValue;
    case "stringValue": return value.stringValue;
    case "boolValue": return value.boolValue;
    case "listValue": return (value.listValue.values ?? []).map(fromValue);
    case "structValue": return fromStruct(value.structValue);
    default: return null;
  }
}

/** Turns google.protobuf.Struct into a JSON object. */
export function fromStruct(struct) {
  return Object.fromEntries(Object.entries(struct?.fields ?? {}).map(([name, value]) => [name, fromValue(value)]));
}

/** Turns "1.5s" into google.protobuf.Duration. */
export function toDuration(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(text);
  if (!match) throw new Error(`A duration must look like "1.5s", was ${JSON.stringify(text)}.`);
  const sign = match[1] ? -1 : 1;
  return { seconds: sign * Number(match[2]), nanos: sign * Number((match[3] ?? "").padEnd(9, "0")) };
}

/** Turns a workflow file into easyquant.workflow.v1.WorkflowDefinition. */
export function toDefinition(file) {
  return {
    ...file,
    inputs: (file.inputs ?? []).map((input) => ("default" in input ? { ...input, default: toValue(input.default) } : input)),
    nodes: (file.nodes ?? []).map((node) => ({
      ...node,
      ...(node.params === undefined ? {} : { params: toStruct(node.params) }),
      ...(node.timeout === undefined ? {} : { timeout: toDuration(node.timeout) }),
      ...(node.retry === undefined ? {} : { retry: toRetry(node.retry) }),
    })),
  };
}

function toRetry(retry) {
  const durations = ["delay", "maxDelay"].filter((name) => retry[name] !== undefined);
  return { ...retry, ...Object.fromEntries(durations.map((name) => [name, toDuration(retry[name])])) };
}
