/** For compilers that cannot read Vue's components; vue-tsc reads each of them, and never this. */
declare module '*.vue' {
  import type { Component } from 'vue'

  const component: Component
  export default component
}
