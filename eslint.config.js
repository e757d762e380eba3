import tseslint from "typescript-eslint";

/** either side of a comparison, as a name or as a field */
const SECRET_SIDES = ["left.name", "left.property.name", "right.name", "right.property.name"];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "data/**", "coverage/**"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: false } }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "max-lines": "off" },
  },
  {
    // MISSION A12: all times come from one injectable clock
    files: ["sdk/**/*.ts", "broker/**/*.ts", "server/**/*.ts", "server/**/*.tsx"],
    ignores: ["server/adapters/clock.ts", "server/web/platform/browser.ts", "sdk/node/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "Ask the Clock port.",
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Ask the Clock port." },
        // MISSION B18: one helper compares what is secret, in constant time
        ...SECRET_SIDES.map((side) => ({
          selector: `BinaryExpression[operator=/^[!=]==?$/][${side}=/(hmac|digest|hash|proof)$/i]:not([left.name=/^undefined$/], [right.name=/^undefined$/], [left.type="Literal"], [right.type="Literal"])`,
          message: "Compare it with sameBytes.",
        })),
      ],
    },
  },
);
