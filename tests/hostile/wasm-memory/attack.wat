(module
  (memory (export "memory") 1)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func (export "far") (result i32) i32.const -1 i32.load)
  (func (export "fill") (param i32) i32.const 0 i32.const 1 local.get 0 memory.fill))
