// Holds Kubernetes objects to the published schemas, and finds fields that these do not know.
//
//   node validate.mjs NODE_MODULES < objects.json
//
// Reads a JSON array of objects and prints a JSON array of complaints, as {object, path, message}.
//
// The packages have the schemas only as compiled validators, which let unknown fields pass. But they read every field
// that a schema names: so each object is wrapped, and a field that was never read is one that the schema does not have.

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const operator = [
  "@kubernetes-models/prometheus-operator",
  "ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoring",
];
const schemas = {
  "v1 ConfigMap": ["kubernetes-models", "IoK8sApiCoreV1ConfigMap"],
  "v1 Service": ["kubernetes-models", "IoK8sApiCoreV1Service"],
  "v1 ServiceAccount": ["kubernetes-models", "IoK8sApiCoreV1ServiceAccount"],
  "apps/v1 Deployment": ["kubernetes-models", "IoK8sApiAppsV1Deployment"],
  "apps/v1 StatefulSet": ["kubernetes-models", "IoK8sApiAppsV1StatefulSet"],
  "networking.k8s.io/v1 NetworkPolicy": ["kubernetes-models", "IoK8sApiNetworkingV1NetworkPolicy"],
  "policy/v1 PodDisruptionBudget": ["kubernetes-models", "IoK8sApiPolicyV1PodDisruptionBudget"],
  "monitoring.coreos.com/v1 Probe": [operator[0], `${operator[1]}V1Probe`],
  "monitoring.coreos.com/v1 PrometheusRule": [operator[0], `${operator[1]}V1PrometheusRule`],
  "monitoring.coreos.com/v1 ServiceMonitor": [operator[0], `${operator[1]}V1ServiceMonitor`],
  "monitoring.coreos.com/v1alpha1 ScrapeConfig": [operator[0], `${operator[1]}V1alpha1ScrapeConfig`],
};

// A copy of `value` that notes in `watched` which of its fields are read, at every depth.
function watch(value, where, watched) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((element, index) => watch(element, `${where}/${index}`, watched));
  const read = new Set();
  watched.push({ where, names: Object.keys(value), read });
  const fields = Object.entries(value).map(([name, field]) => [name, watch(field, `${where}/${name}`, watched)]);
  return new Proxy(Object.fromEntries(fields), {
    get(target, name) {
      read.add(name);
      return target[name];
    },
  });
}

async function complaints(object, modules) {
  const schema = schemas[`${object.apiVersion} ${object.kind}`];
  if (!schema) return [{ path: "", message: `no schema for ${object.apiVersion} ${object.kind}` }];
  const file = path.join(modules, schema[0], "_schemas", `${schema[1]}.js`);
  const { validate } = await import(pathToFileURL(file));
  const watched = [];
  validate(watch(object, "", watched));
  const wrong = (validate.errors ?? []).map((error) => ({
    path: error.instancePath,
    message: `${error.keyword} ${JSON.stringify(error.params)}`,
  }));
  const unread = watched.flatMap(({ where, names, read }) =>
    names.filter((name) => !read.has(name)).map((name) => `${where}/${name}`),
  );
  // What is below an unknown field is unread with it.
  const unknown = unread.filter((place) => !unread.some((above) => place.startsWith(`${above}/`)));
  return [...wrong, ...unknown.map((place) => ({ path: place, message: "unknown field" }))];
}

const objects = JSON.parse(fs.readFileSync(0, "utf8"));
const found = [];
for (const object of objects) {
  for (const complaint of await complaints(object, path.resolve(process.argv[2]))) {
    found.push({ object: `${object.kind}/${object.metadata?.name}`, ...complaint });
  }
}
console.log(JSON.stringify(found));
