// Jaxen on the other end of a pipe: documents and expressions come in, what they yield goes out. One line each;
// a backslash, a line feed and a carriage return are written as \\, \n and \r.
//
// In:  D <xml>                        the document from now on; no answer
//      E <context> TAB <expression>   the context is 0 for the document, n for its n-th element
// Out: nodes TAB <path> TAB ...       in document order
//      text TAB <text>
//      number TAB <the bits of the double, hexadecimal>
//      boolean TAB true|false
//      failure TAB syntax|unresolvable|evaluation|broken TAB <reason>

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jaxen.JaxenException;
import org.jaxen.SimpleNamespaceContext;
import org.jaxen.UnresolvableException;
import org.jaxen.VariableContext;
import org.jaxen.dom.DOMXPath;
import org.jaxen.dom.NamespaceNode;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

public final class Peer {
    private static final SimpleNamespaceContext NAMESPACES = new SimpleNamespaceContext();
    private static final VariableContext VARIABLES = (uri, prefix, name) -> {
        if (!"ctx".equals(prefix)) {
            throw new UnresolvableException("there is no variable " + name);
        }
        switch (name) {
            case "text": return "abc";
            case "digits": return "12";
            case "empty": return "";
            case "number": return 2.5;
            case "flag": return Boolean.TRUE;
            // A property that is not set.
            default: return null;
        }
    };

    private final DocumentBuilder builder;
    private final List<Node> contexts = new ArrayList<>();

    private Peer() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setCoalescing(true);
        builder = factory.newDocumentBuilder();
    }

    public static void main(String[] arguments) throws Exception {
        NAMESPACES.addNamespace("p", "urn:p");
        NAMESPACES.addNamespace("q", "urn:q");
        Peer peer = new Peer();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String text = unescaped(line.substring(2));
            if (line.charAt(0) == 'D') {
                peer.read(text);
            } else {
                int tab = text.indexOf('\t');
                Node context = peer.contexts.get(Integer.parseInt(text.substring(0, tab)));
                out.print(answer(text.substring(tab + 1), context) + "\n");
                out.flush();
            }
        }
    }

    private void read(String xml) throws Exception {
        Document document = builder.parse(new InputSource(new StringReader(xml)));
        contexts.clear();
        contexts.add(document);
        addElements(document);
    }

    private void addElements(Node parent) {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child.getNodeType() == Node.ELEMENT_NODE) {
                contexts.add(child);
                addElements(child);
            }
        }
    }

    private static String answer(String expression, Node context) {
        DOMXPath compiled;
        try {
            compiled = new DOMXPath(expression);
        } catch (JaxenException error) {
            return failure("syntax", error);
        }
        compiled.setNamespaceContext(NAMESPACES);
        compiled.setVariableContext(VARIABLES);
        try {
            return shown(compiled.evaluate(context));
        } catch (UnresolvableException error) {
            return failure("unresolvable", error);
        } catch (NullPointerException | ClassCastException error) {
            return failure("broken", error);
        } catch (JaxenException | RuntimeException error) {
            return failure("evaluation", error);
        }
    }

    private static String shown(Object found) {
        if (found instanceof Boolean) {
            return "boolean\t" + found;
        } else if (found instanceof Double) {
            return "number\t" + Long.toHexString(Double.doubleToLongBits((Double) found));
        } else if (found instanceof String) {
            return "text\t" + escaped((String) found);
        }
        StringBuilder line = new StringBuilder("nodes");
        for (Object node : found instanceof List ? (List<?>) found : Collections.singletonList(found)) {
            line.append('\t');
            path((Node) node, line);
        }
        return line.toString();
    }

    /** The place of a node: indexes of children from the document down, then the name of an attribute. */
    private static void path(Node node, StringBuilder line) {
        if (node instanceof NamespaceNode) {
            path(((NamespaceNode) node).getParentNode(), line);
            String prefix = node.getNodeName();
            line.append("/namespace::").append(prefix == null ? "" : prefix);
        } else if (node instanceof Attr) {
            path(((Attr) node).getOwnerElement(), line);
            line.append("/@").append(node.getNodeName());
        } else if (node.getParentNode() != null) {
            path(node.getParentNode(), line);
            int index = 1;
            for (Node at = node.getPreviousSibling(); at != null; at = at.getPreviousSibling()) {
                index++;
            }
            line.append('/').append(index);
        } else {
            line.append('.');
        }
    }

    private static String failure(String kind, Throwable error) {
        return "failure\t" + kind + "\t" + escaped(error.toString());
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char letter = text.charAt(at);
            if (letter == '\\' && at + 1 < text.length()) {
                at++;
                letter = text.charAt(at);
                letter = letter == 'n' ? '\n' : letter == 'r' ? '\r' : letter;
            }
            plain.append(letter);
        }
        return plain.toString();
    }
}
