/** The start of the app: language, appearance, services, and the first page. */
import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/shell.css";
import { App } from "./app.tsx";
import { followLinks } from "./router/place.ts";
import { startServices } from "./services.ts";
import { showTheme } from "./ui/theme.ts";
import { speak } from "./words/words.ts";

showTheme();
startServices();
followLinks();
await speak();
render(<App />, document.getElementById("app")!);

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => undefined); // then there is no app without a network
