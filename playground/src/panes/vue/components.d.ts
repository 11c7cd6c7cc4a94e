/** For compilers that cannot read Vue's components. vue-tsc reads the components themselves, and not this file. */
declare module '*.vue' {
  import type { Component } from 'vue'

  const component: Component
  export default component
}
