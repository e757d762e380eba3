/** A bare Fastify: one route that answers with a text, and nothing before it. */
import { fastify } from "fastify";
import { answerParent } from "./worker.ts";

const app = fastify({ logger: false });

answerParent({
  async listen(text: string): Promise<string> {
    const answer = JSON.parse(text) as object;
    app.get("/", async () => answer);
    return app.listen({ host: "127.0.0.1", port: 0 });
  },
  stop: () => app.close(),
});
