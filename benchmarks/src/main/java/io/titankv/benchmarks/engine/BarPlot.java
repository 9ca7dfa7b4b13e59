package io.titankv.benchmarks.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rates as an SVG picture: a group of bars for each workload, each group with a scale of its own, from 0 to its fastest system, as
 * rates of different workloads are orders of magnitude apart. A bar bears its number. Confined to one thread.
 */
final class BarPlot {
    private static final int WIDTH = 760;
    private static final int LEFT = 170;
    private static final int BAR_WIDTH_MAX = 420;
    private static final int BAR_HEIGHT = 15;
    private static final int GROUP_GAP = 14;
    private static final int LEGEND_STEP = 110;
    private static final int MARGIN = 16;
    /** Told apart also by those who do not see all colours: Okabe and Ito, 2008. */
    private static final List<String> COLOURS = List.of("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9");

    private final StringBuilder body = new StringBuilder();
    private final List<String> systems = new ArrayList<>();
    private int y = MARGIN;

    private BarPlot() {}

    /** A document of its own. Measurements without a rate, and reopening, which is a time, are left out. */
    static String draw(List<Measurement> measurements) {
        BarPlot plot = new BarPlot();
        Map<String, List<Measurement>> groups = new LinkedHashMap<>();
        for (Measurement measurement : measurements) {
            if (rate(measurement) > 0 && !measurement.workload().equals(Workload.OPEN.label())) {
                groups.computeIfAbsent(title(measurement), title -> new ArrayList<>())
                        .add(measurement);
                if (!plot.systems.contains(measurement.system())) {
                    plot.systems.add(measurement.system());
                }
            }
        }
        plot.legend();
        groups.forEach(plot::group);
        int height = plot.y + MARGIN;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + WIDTH + " " + height + "\" font-family=\"sans-serif\" font-size=\"12\">\n"
                + "<rect width=\"" + WIDTH + "\" height=\"" + height + "\" fill=\"white\"/>\n"
                + plot.body + "</svg>\n";
    }

    private static double rate(Measurement measurement) {
        return measurement.figures().getOrDefault(Measurement.OPS_PER_SECOND, 0.0);
    }

    private static String title(Measurement measurement) {
        String threads = measurement.threads() == 1 ? "" : ", " + measurement.threads() + " threads";
        return measurement.workload() + threads + ", " + measurement.valueBytes() + " B";
    }

    private void legend() {
        text(MARGIN, y + BAR_HEIGHT - 3, "operations a second");
        for (int i = 0; i < systems.size(); i++) {
            int x = LEFT + i * LEGEND_STEP;
            bar(x, BAR_HEIGHT, colour(systems.get(i)));
            text(x + BAR_HEIGHT + 5, y + BAR_HEIGHT - 3, systems.get(i));
        }
        y += BAR_HEIGHT + GROUP_GAP;
    }

    private void group(String title, List<Measurement> measurements) {
        double most = measurements.stream().mapToDouble(BarPlot::rate).max().orElse(1);
        text(MARGIN, y + BAR_HEIGHT - 3, title);
        for (Measurement measurement : measurements) {
            double rate = rate(measurement);
            int width = (int) Math.max(1, BAR_WIDTH_MAX * rate / most);
            bar(LEFT, width, colour(measurement.system()));
            text(LEFT + width + 5, y + BAR_HEIGHT - 3, String.format(Locale.ROOT, "%,.0f", rate));
            y += BAR_HEIGHT;
        }
        y += GROUP_GAP;
    }

    private String colour(String system) {
        return COLOURS.get(systems.indexOf(system) % COLOURS.size());
    }

    private void bar(int x, int width, String colour) {
        body.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n",
                x,
                y,
                width,
                BAR_HEIGHT - 2,
                colour));
    }

    private void text(int x, int baseline, String text) {
        body.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s</text>%n", x, baseline - 1, escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
