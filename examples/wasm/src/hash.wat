;; FNV-1a, 32 bits, over `length` bytes of the memory from `start` on.
(module
  (memory (export "memory") 1)
  (func (export "fnv1a") (param $start i32) (param $length i32) (param $hash i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $start) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $start) (local.get $end)))
        (local.set $hash
          (i32.mul
            (i32.xor (local.get $hash) (i32.load8_u (local.get $start)))
            (i32.const 0x01000193)))
        (local.set $start (i32.add (local.get $start) (i32.const 1)))
        (br $next)))
    (local.get $hash)))
