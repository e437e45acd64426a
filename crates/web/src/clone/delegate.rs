//! What V8's serializer asks of its embedder.
//!
//! Platform objects are instances of JavaScript classes, which V8 takes for plain objects. So it asks about
//! every object whose prototype is not `Object.prototype`, and JavaScript answers. A platform object that can
//! be cloned is cloned by JavaScript then and there; only its place in the list of clones is serialized.

use std::cell::RefCell;
use std::rc::Rc;

use selvedge_ops::{OpError, v8};

/// What serializer and deserializer share during one clone.
pub(super) struct Session {
    /// `(object) => boolean`: whether it is a platform object.
    is_platform: v8::Global<v8::Function>,
    /// `(object) => clone`; throws a DataCloneError.
    clone_platform: v8::Global<v8::Function>,
    /// `Object.prototype`, of which an instance is no platform object.
    plain: v8::Global<v8::Value>,
    clones: RefCell<Vec<v8::Global<v8::Object>>>,
    modules: RefCell<Vec<v8::Global<v8::WasmModuleObject>>>,
}

impl Session {
    pub(super) fn new<'s>(
        scope: &mut v8::PinScope<'s, '_>,
        is_platform: v8::Local<'s, v8::Function>,
        clone_platform: v8::Local<'s, v8::Function>,
    ) -> Result<Rc<Self>, OpError> {
        let object = v8::Object::new(scope);
        let plain = object.get_prototype(scope).ok_or_else(OpError::pending)?;
        Ok(Rc::new(Self {
            is_platform: v8::Global::new(scope, is_platform),
            clone_platform: v8::Global::new(scope, clone_platform),
            plain: v8::Global::new(scope, plain),
            clones: RefCell::default(),
            modules: RefCell::default(),
        }))
    }

    /// Whether the serialized bytes are all there is of the value.
    pub(super) fn keeps_nothing(&self) -> bool {
        self.clones.borrow().is_empty() && self.modules.borrow().is_empty()
    }
}

/// Throws a DataCloneError.
pub(super) fn throw_data_clone_error(scope: &mut v8::PinScope<'_, '_>, message: String) {
    if let Some(exception) = OpError::dom("DataCloneError", message).into_exception(scope) {
        scope.throw_exception(exception);
    }
}

pub(super) struct Writer(pub(super) Rc<Session>);

impl v8::ValueSerializerImpl for Writer {
    fn throw_data_clone_error<'s>(&self, scope: &mut v8::PinScope<'s, '_>, message: v8::Local<'s, v8::String>) {
        let message = message.to_rust_string_lossy(scope);
        throw_data_clone_error(scope, message);
    }

    fn has_custom_host_object(&self, _isolate: &v8::Isolate) -> bool {
        true
    }

    fn is_host_object<'s>(&self, scope: &mut v8::PinScope<'s, '_>, object: v8::Local<'s, v8::Object>) -> Option<bool> {
        // None of ours is one of these, so that JavaScript need not be asked; nor does a proxy's handler hear of it.
        let is_known = object.is_array()
            || object.is_map()
            || object.is_set()
            || object.is_date()
            || object.is_reg_exp()
            || object.is_array_buffer()
            || object.is_array_buffer_view()
            || object.is_proxy();
        if is_known {
            return Some(false);
        }
        let prototype = object.get_prototype(scope)?;
        if prototype.is_null() || prototype == v8::Local::new(scope, &self.0.plain) {
            return Some(false);
        }
        let is_platform = v8::Local::new(scope, &self.0.is_platform);
        let receiver = v8::undefined(scope).into();
        is_platform.call(scope, receiver, &[object.into()]).map(|answer| answer.is_true())
    }

    fn write_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        object: v8::Local<'s, v8::Object>,
        serializer: &dyn v8::ValueSerializerHelper,
    ) -> Option<bool> {
        let clone_platform = v8::Local::new(scope, &self.0.clone_platform);
        let receiver = v8::undefined(scope).into();
        let clone = clone_platform.call(scope, receiver, &[object.into()])?.try_cast::<v8::Object>().ok()?;
        let mut clones = self.0.clones.borrow_mut();
        serializer.write_uint32(u32::try_from(clones.len()).ok()?);
        clones.push(v8::Global::new(scope, clone));
        Some(true)
    }

    fn get_shared_array_buffer_id<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        _buffer: v8::Local<'s, v8::SharedArrayBuffer>,
    ) -> Option<u32> {
        throw_data_clone_error(scope, "#<SharedArrayBuffer> could not be cloned.".to_owned());
        None
    }

    fn get_wasm_module_transfer_id(
        &self,
        scope: &mut v8::PinScope<'_, '_>,
        module: v8::Local<'_, v8::WasmModuleObject>,
    ) -> Option<u32> {
        let mut modules = self.0.modules.borrow_mut();
        let id = u32::try_from(modules.len()).ok()?;
        modules.push(v8::Global::new(scope, module));
        Some(id)
    }
}

pub(super) struct Reader(pub(super) Rc<Session>);

impl v8::ValueDeserializerImpl for Reader {
    fn read_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        deserializer: &dyn v8::ValueDeserializerHelper,
    ) -> Option<v8::Local<'s, v8::Object>> {
        let mut index = 0;
        if !deserializer.read_uint32(&mut index) {
            return None;
        }
        let clones = self.0.clones.borrow();
        clones.get(index as usize).map(|clone| v8::Local::new(scope, clone))
    }

    fn get_wasm_module_from_id<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        id: u32,
    ) -> Option<v8::Local<'s, v8::WasmModuleObject>> {
        let modules = self.0.modules.borrow();
        modules.get(id as usize).map(|module| v8::Local::new(scope, module))
    }
}
