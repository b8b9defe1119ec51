// The API as any client sees it. The key stays in this module: in no storage, no address.

let key = "";

export function useKey(value) {
  key = value.trim();
}

export const hasKey = () => key !== "";

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `the server answered with ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
    this.places = problem.errors ?? [];
  }
}

/** The answer to a request; a refusal is thrown as what the problem document says. */
export async function ask(path, { method = "GET", json, body, headers = {}, signal } = {}) {
  const sent = { ...headers };
  if (key) sent.Authorization = `Bearer ${key}`;
  if (json !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, {
      method, headers: sent, signal, body: json === undefined ? body : JSON.stringify(json),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { detail: "The server did not answer. Does it run?" });
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

export async function askJson(path, options) {
  const answer = await ask(path, options);
  return answer.status === 204 ? null : answer.json();
}
