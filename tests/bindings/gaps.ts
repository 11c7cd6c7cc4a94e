/** The scenarios that a binding is known to fail, by key. */
export const gaps = {
  react: [],
  react18: [],
  vue: [],
  svelte: [],
  svelte4: [],
  solid: [],
} satisfies Record<string, readonly string[]>
