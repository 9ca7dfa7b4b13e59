package io.titankv.benchmarks.comparison;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** A picture as a test sees it. */
public record Svg(Document document) {
    /** Fails when it is not well formed. */
    public static Svg parse(String text) throws Exception {
        return new Svg(DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))));
    }

    public int count(String tag) {
        return document.getElementsByTagName(tag).getLength();
    }

    public List<String> texts() {
        NodeList nodes = document.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }
}
