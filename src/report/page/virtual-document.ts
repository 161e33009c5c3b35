const SVG = 'http://www.w3.org/2000/svg';
/** `DOCUMENT_POSITION_FOLLOWING` of the DOM. */
const FOLLOWING = 4;
const PRECEDING = 2;

/**
 * As much of a document as Observable Plot needs to build a drawing: elements with attributes, children and text. The
 * drawing becomes React elements, so a page is the same in Node and in a browser, and no effect has to run.
 */
export class VirtualElement {
  readonly nodeType = 1;
  readonly tagName: string;
  readonly namespaceURI = SVG;
  readonly ownerDocument: VirtualDocument;
  readonly attributes = new Map<string, string>();
  readonly childNodes: (VirtualElement | VirtualText)[] = [];
  readonly styles = new Map<string, string>();
  readonly style = {
    setProperty: (name: string, value: unknown): void => {
      this.styles.set(name, String(value));
    },
    removeProperty: (name: string): void => {
      this.styles.delete(name);
    },
  };
  parentNode: VirtualElement | null = null;

  constructor(ownerDocument: VirtualDocument, tagName: string) {
    this.ownerDocument = ownerDocument;
    this.tagName = tagName;
  }

  get children(): VirtualElement[] {
    return this.childNodes.filter((node) => node instanceof VirtualElement);
  }
  get nextSibling(): VirtualElement | VirtualText | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }
  set textContent(text: string) {
    this.childNodes.splice(0, this.childNodes.length, new VirtualText(text));
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }
  setAttributeNS(_namespace: string, name: string, value: unknown): void {
    this.setAttribute(name, value);
  }
  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }
  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }
  appendChild<Node extends VirtualElement | VirtualText>(node: Node): Node {
    return this.insertBefore(node, null);
  }
  insertBefore<Node extends VirtualElement | VirtualText>(
    node: Node,
    next: VirtualElement | VirtualText | null,
  ): Node {
    node.parentNode?.removeChild(node);
    const at = next === null ? -1 : this.childNodes.indexOf(next);
    this.childNodes.splice(at === -1 ? this.childNodes.length : at, 0, node);
    node.parentNode = this;
    return node;
  }
  removeChild<Node extends VirtualElement | VirtualText>(node: Node): Node {
    const at = this.childNodes.indexOf(node);
    if (at !== -1) this.childNodes.splice(at, 1);
    node.parentNode = null;
    return node;
  }
  /** Of two children of one element, which comes first. */
  compareDocumentPosition(other: VirtualElement): number {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings.indexOf(this) < siblings.indexOf(other) ? FOLLOWING : PRECEDING;
  }
}

export class VirtualText {
  readonly nodeType = 3;
  readonly text: string;
  parentNode: VirtualElement | null = null;

  constructor(text: string) {
    this.text = text;
  }
}

export class VirtualDocument {
  /** Where Plot looks for the document and the namespace of what it makes. */
  readonly documentElement = new VirtualElement(this, 'html');

  createElementNS(_namespace: string, name: string): VirtualElement {
    return new VirtualElement(this, name);
  }
  createElement(name: string): VirtualElement {
    return new VirtualElement(this, name);
  }
  createTextNode(text: string): VirtualText {
    return new VirtualText(text);
  }
}
