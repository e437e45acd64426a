(module
  (func (export "spin") (loop br 0))
  (func (export "deep") call 1)
  (func (export "trap") unreachable)
  (func (export "divide") (result i32) i32.const 1 i32.const 0 i32.div_s))
