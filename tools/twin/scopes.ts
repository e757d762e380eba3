/** What a function can see of the functions around it: V8 tells it to its inspector alone. */
import { Session } from "node:inspector";

interface Remote {
  objectId: string;
  description: string;
}

interface Property {
  name: string;
  value: Remote;
}

export interface Scope {
  /** `Script`: what `let`, `const` and `class` of all programs made at the top */
  kind: string;
  variables: Record<string, unknown>;
}

export interface ScopeReader {
  of(seen: unknown): Scope[];
  close(): void;
}

const SLOT = "$bearlinkTwin";
const slot: { seen: unknown; got: { object?: Record<string, unknown> } | undefined } = {
  seen: undefined,
  got: undefined,
};

export function openScopes(): ScopeReader {
  const session = new Session();
  session.connect();
  Object.defineProperty(globalThis, SLOT, { value: slot, configurable: true });
  // on its own thread the inspector answers before `post` returns
  const post = (method: string, parameters: object): Record<string, unknown> => {
    let answer: Record<string, unknown> = {};
    session.post(method, parameters, (fault, result) => {
      if (fault) throw fault;
      answer = result as Record<string, unknown>;
    });
    return answer;
  };
  const properties = (objectId: string): { result: Property[]; internalProperties?: Property[] } =>
    post("Runtime.getProperties", { objectId, ownProperties: true }) as never;

  return {
    of(seen) {
      slot.seen = seen;
      const { result } = post("Runtime.evaluate", { expression: `${SLOT}.seen`, objectGroup: SLOT }) as {
        result: Remote;
      };
      const list = properties(result.objectId).internalProperties?.find(({ name }) => name === "[[Scopes]]");
      if (!list) return [];
      const scopes: Scope[] = [];
      for (const { name, value } of properties(list.value.objectId).result) {
        if (!/^\d+$/.test(name) || value.description.startsWith("Global")) continue;
        const functionDeclaration = `function(){globalThis.${SLOT}.got=this}`;
        post("Runtime.callFunctionOn", { objectId: value.objectId, functionDeclaration });
        scopes.push({ kind: value.description, variables: slot.got?.object ?? {} });
      }
      return scopes;
    },
    close() {
      slot.seen = slot.got = undefined;
      post("Runtime.releaseObjectGroup", { objectGroup: SLOT });
      session.disconnect();
    },
  };
}
