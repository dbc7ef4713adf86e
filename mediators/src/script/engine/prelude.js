// What scripts see besides JavaScript: XML values, `mc`, `print`. Run once in every engine; its value is the function
// that runs a script. `native` holds the functions on the message and on XML items, which are numbers here.
(function (native) {
  "use strict";

  const ITEMS = Symbol("items");
  const { apply, deleteProperty, ownKeys } = Reflect;
  const text = (value) => String(value).toWellFormed();
  const isObject = (value) => value !== null && (typeof value === "object" || typeof value === "function");
  const itemsOf = (value) => (isObject(value) ? value[ITEMS] : undefined);
  const plain = (value) => itemsOf(value) ?? text(value);
  const datum = (value) => (isObject(value) ? plain(value) : value);
  const INDEX = /^(?:0|[1-9]\d*)$/;

  class QName {
    constructor(uri, localName) {
      if (localName === undefined) [uri, localName] = ["", uri];
      this.uri = text(uri ?? "");
      this.localName = text(localName);
      Object.freeze(this);
    }
    toString() {
      return this.uri === "" ? this.localName : this.uri + "::" + this.localName;
    }
  }

  class Namespace {
    constructor(prefix, uri) {
      if (uri === undefined) [prefix, uri] = ["", prefix];
      this.prefix = text(prefix);
      this.uri = text(uri ?? "");
      Object.freeze(this);
    }
    toString() {
      return this.uri;
    }
  }

  function XML(value) {
    return wrap(itemsOf(value) ?? native.parse(text(value ?? ""), false));
  }

  function XMLList(value) {
    return wrap(itemsOf(value) ?? native.parse(text(value ?? ""), true));
  }
  XMLList.prototype = XML.prototype;

  const wrap = (items) => new Proxy(Object.assign(Object.create(XML.prototype), { items }), handler);
  const each = (items) => items.map((item) => wrap([item]));
  const isSimple = (items) => items.every((item) => native.isSimple(item)) && (items.length < 2);
  const key = (name) => (name instanceof QName && name.uri !== "" ? name.uri + "::" + name.localName : text(name));

  // The functions of XML values, by name.
  const methods = Object.assign(Object.create(null), {
    appendChild: (items, value) => (native.append(items, plain(value)), wrap(items)),
    attribute: (items, name) => wrap(native.select(items, "@" + key(name))),
    attributes: (items) => wrap(native.select(items, "@*::*")),
    child: (items, name) => handler.get({ items }, key(name)),
    children: (items) => wrap(native.select(items, "*")),
    copy: (items) => wrap(items.flatMap((item) => native.copy([item]))),
    descendants: (items, name) => wrap(native.select(items, ".." + (name === undefined ? "*" : key(name)))),
    elements: (items, name) => wrap(native.select(items, name === undefined ? "*::*" : key(name))),
    hasComplexContent: (items) => !isSimple(items),
    hasSimpleContent: (items) => isSimple(items),
    length: (items) => items.length,
    localName: (items) => native.describe(items)[1],
    name: (items) => new QName(native.describe(items)[2], native.describe(items)[1]),
    namespace: (items) => new Namespace(native.describe(items)[3], native.describe(items)[2]),
    nodeKind: (items) => native.describe(items)[0],
    parent(items) {
      const parent = native.parent(items);
      return parent === null ? undefined : wrap([parent]);
    },
    text: (items) => wrap(native.texts(items)),
    toJSON: (items) => native.string(items),
    toString: (items) => native.string(items),
    toXMLString: (items) => native.markup(items),
    valueOf: (items) => wrap(items),
  });

  // `x.name` is the children of that name, and `x.name()` a function of XML values or of the text: both at once.
  const hybrid = (call, items, name) =>
    new Proxy(call, { get: (_, member) => wrap(native.select(items, name))[member] });

  const handler = {
    get({ items }, name) {
      if (name === ITEMS) return items;
      if (name === Symbol.toPrimitive) return () => native.string(items);
      if (name === Symbol.iterator) return () => each(items)[Symbol.iterator]();
      if (typeof name === "symbol") return undefined;
      if (INDEX.test(name)) return name < items.length ? wrap([items[name]]) : undefined;
      const method = methods[name];
      if (method !== undefined) return hybrid((...values) => method(items, ...values), items, name);
      const ofText = name === "constructor" ? undefined : String.prototype[name];
      if (typeof ofText === "function") {
        return hybrid((...values) => apply(ofText, native.string(items), values), items, name);
      }
      return wrap(native.select(items, name));
    },
    set({ items }, name, value) {
      if (typeof name === "symbol" || INDEX.test(name)) throw new TypeError("an item of an XML list cannot be set");
      native.assign(items, name, plain(value));
      return true;
    },
    deleteProperty({ items }, name) {
      native.remove(items, name);
      return true;
    },
    has: ({ items }, name) =>
      typeof name === "string" && (INDEX.test(name) ? name < items.length : native.select(items, name).length > 0),
    ownKeys: ({ items }) => items.map((_, index) => text(index)),
    getOwnPropertyDescriptor: ({ items }, name) =>
      INDEX.test(name) && name < items.length
        ? { value: wrap([items[name]]), enumerable: true, configurable: true, writable: true }
        : undefined,
    defineProperty() {
      throw new TypeError("XML values have no such properties");
    },
  };

  class EndpointReference {
    constructor(address) {
      this.address = text(address);
      Object.freeze(this);
    }
    getAddress() {
      return this.address;
    }
    toString() {
      return this.address;
    }
  }

  const reference = (field) => {
    const address = native.address(field);
    return address === null ? null : new EndpointReference(address);
  };
  const address = (field, value) => native.setAddress(field, value == null ? null : text(value));
  const property = (value) => (Array.isArray(value) ? wrap(value) : value);
  const logger = (level) => (...values) => native.log(level, values.map(text).join(" "));
  const log = Object.freeze({
    trace: logger("TRACE"),
    debug: logger("DEBUG"),
    info: logger("INFO"),
    warn: logger("WARN"),
    error: logger("ERROR"),
    fatal: logger("FATAL"),
  });
  const noAttachments = () => {
    throw new TypeError("attachments are not supported");
  };

  const mc = Object.freeze({
    getPayloadXML: () => wrap(native.payload()),
    setPayloadXML: (value) => native.setPayload(itemsOf(value) ?? native.parse(text(value), false)),
    getPayloadJSON() {
      const json = native.json();
      return json === null ? null : JSON.parse(json);
    },
    setPayloadJSON: (value) =>
      native.setJson(JSON.stringify(typeof value === "string" ? JSON.parse(value) : value).toWellFormed()),
    getEnvelopeXML: () => wrap(native.envelope()),
    addHeader: (mustUnderstand, value) =>
      native.addHeader(Boolean(mustUnderstand), itemsOf(value) ?? native.parse(text(value), false)),
    getProperty: (name, scope) => property(native.property(text(name), text(scope ?? "default"))),
    setProperty: (name, value, scope) => native.setProperty(text(name), datum(value), text(scope ?? "default")),
    removeProperty: (name, scope) => native.removeProperty(text(name), text(scope ?? "default")),
    getTo: () => reference("To"),
    setTo: (value) => address("To", value),
    getFrom: () => reference("From"),
    setFrom: (value) => address("From", value),
    getReplyTo: () => reference("ReplyTo"),
    setReplyTo: (value) => address("ReplyTo", value),
    getFaultTo: () => reference("FaultTo"),
    setFaultTo: (value) => address("FaultTo", value),
    getRelatesTo: () => native.address("RelatesTo"),
    getSoapAction: () => native.address("Action"),
    setSoapAction: (value) => address("Action", value),
    getWSAAction: () => native.address("Action"),
    setWSAAction: (value) => address("Action", value),
    getMessageID: () => native.messageId(),
    setMessageID: (value) => native.setMessageId(text(value)),
    getWSAMessageID: () => native.messageId(),
    isResponse: () => native.isResponse(),
    setResponse: (value) => native.setResponse(Boolean(value)),
    isFaultResponse: () => native.isFault(),
    isDoingREST: () => native.isRest(),
    isDoingPOX: () => native.isRest(),
    isDoingGET: () => native.method() === "GET",
    isSOAP11: () => native.format() === "soap11",
    getEntry: (key) => native.entry(text(key)),
    getLocalEntry: (key) => native.entry(text(key)),
    getServiceLog: () => log,
    addAttachment: noAttachments,
    getAttachment: noAttachments,
    setAttachment: noAttachments,
  });

  const __xml = (number, ...values) => wrap(native.literal(number, values.map(plain)));
  const __each = (value) => {
    const items = itemsOf(value);
    return items === undefined ? Object.values(value ?? []) : each(items);
  };
  const __name = (axis, namespace, local) => axis + text(namespace?.uri ?? namespace) + "::" + local;

  // Text is never code.
  const noEvaluation = (what) =>
    function () {
      throw new TypeError(what + " is not available to scripts; JSON.parse reads JSON");
    };
  for (const example of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    const prototype = Object.getPrototypeOf(example);
    Object.defineProperty(prototype, "constructor", { value: noEvaluation("Function"), writable: false });
  }
  const globals = { XML, XMLList, QName, Namespace, print: log.info };
  Object.assign(globals, { eval: noEvaluation("eval"), Function: noEvaluation("Function") });
  for (const name of ["Atomics", "SharedArrayBuffer", "FinalizationRegistry", "WeakRef"]) globals[name] = undefined;

  // The engine cannot be stopped inside one of these functions; no array that fits into memory is longer than this.
  const LONGEST = 1 << 20;
  const tooLong = (value) => isObject(value) && value.length > LONGEST;
  for (const name of Object.getOwnPropertyNames(Array.prototype)) {
    const original = Array.prototype[name];
    if (typeof original !== "function" || ["constructor", "push", "pop", "at"].includes(name)) continue;
    const guarded = {
      [name](...values) {
        if (tooLong(this) || (name === "concat" && values.some(tooLong))) throw new RangeError("the array is too long");
        return apply(original, this, values);
      },
    };
    Object.defineProperty(Array.prototype, name, { value: guarded[name], writable: true, configurable: true });
  }

  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, enumerable: false, writable: true, configurable: true });
  }
  for (const name of ownKeys(globalThis)) {
    const { configurable, value } = Object.getOwnPropertyDescriptor(globalThis, name);
    if (configurable && value !== undefined) {
      Object.defineProperty(globalThis, name, { enumerable: false, writable: false, configurable: false });
    }
  }
  const classes = [XML, XMLList, QName, Namespace, EndpointReference];
  const shared = [...classes, ...classes.map((own) => own.prototype), ...Object.values(mc), ...Object.values(log)];
  for (const own of [...shared, ...Object.values(globals), __xml, __each, __name]) Object.freeze(own);

  // Runs a script; true to go on with the next mediator. What it leaves behind in the global object is taken away.
  return function run(script) {
    try {
      return script(mc, __xml, __each, __name) !== false;
    } catch (error) {
      const known = error instanceof Error;
      // The engine throws null when there is no memory left even for an error.
      const what = error === null ? "InternalError: out of memory" : text(error);
      native.failed(known ? error.name + ": " + error.message : what, known ? text(error.stack) : "");
      return true;
    } finally {
      for (const name of Object.keys(globalThis)) deleteProperty(globalThis, name);
    }
  };
})
