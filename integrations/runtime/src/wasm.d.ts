// A Worker's bundler gives the compiled module.
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
