package io.titankv.benchmarks.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Figures as an SVG picture: groups of bars, each group with a scale of its own, from 0 to its largest, as figures of different
 * workloads are orders of magnitude apart. A bar bears its number, and how many times the group's first system that is. Confined to
 * one thread.
 */
public final class BarPlot {
    private static final int WIDTH = 860;
    private static final int LEFT = 230;
    private static final int BAR_WIDTH_MAX = 420;
    private static final int BAR_HEIGHT = 15;
    private static final int GROUP_GAP = 14;
    /** A title and a unit stand beside the bars, one below the other. */
    private static final int GROUP_HEIGHT_MIN = 2 * BAR_HEIGHT;

    private static final int LEGEND_STEP = 110;
    /** Names in one line of the legend. */
    private static final int LEGEND_ROW = 5;

    private static final int MARGIN = 16;
    /** Told apart also by those who do not see all colours: Okabe and Ito, 2008. */
    private static final List<String> COLOURS =
            List.of("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000");

    /**
     * One figure.
     *
     * @param figure 0 or more
     */
    public record Bar(String system, double figure) {}

    /**
     * Figures that are compared.
     *
     * @param unit what the figures are
     */
    public record Group(String title, String unit, List<Bar> bars) {}

    private final StringBuilder body = new StringBuilder();
    private final List<String> systems = new ArrayList<>();
    private int y = MARGIN;

    private BarPlot() {}

    /** A document of its own. */
    public static String draw(String heading, List<Group> groups) {
        BarPlot plot = new BarPlot();
        groups.stream()
                .flatMap(group -> group.bars.stream())
                .map(Bar::system)
                .distinct()
                .forEach(plot.systems::add);
        plot.text(MARGIN, plot.y + BAR_HEIGHT - 3, heading);
        plot.y += BAR_HEIGHT + GROUP_GAP;
        plot.legend();
        groups.forEach(plot::group);
        int height = plot.y + MARGIN;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + WIDTH + " " + height + "\" font-family=\"sans-serif\" font-size=\"12\">\n"
                + "<rect width=\"" + WIDTH + "\" height=\"" + height + "\" fill=\"white\"/>\n"
                + plot.body + "</svg>\n";
    }

    private void legend() {
        for (int i = 0; i < systems.size(); i++) {
            if (i > 0 && i % LEGEND_ROW == 0) {
                y += BAR_HEIGHT;
            }
            int x = LEFT + i % LEGEND_ROW * LEGEND_STEP;
            bar(x, BAR_HEIGHT, colour(systems.get(i)));
            text(x + BAR_HEIGHT + 5, y + BAR_HEIGHT - 3, systems.get(i));
        }
        y += BAR_HEIGHT + GROUP_GAP;
    }

    private void group(Group group) {
        double most = group.bars.stream().mapToDouble(Bar::figure).max().orElse(0);
        Bar first = group.bars.getFirst();
        text(MARGIN, y + BAR_HEIGHT - 3, group.title);
        text(MARGIN, y + 2 * BAR_HEIGHT - 3, group.unit);
        int top = y;
        for (Bar bar : group.bars) {
            int width = most == 0 ? 1 : (int) Math.max(1, BAR_WIDTH_MAX * bar.figure / most);
            bar(LEFT, width, colour(bar.system));
            text(LEFT + width + 5, y + BAR_HEIGHT - 3, label(bar, first));
            y += BAR_HEIGHT;
        }
        y = Math.max(y, top + GROUP_HEIGHT_MIN) + GROUP_GAP;
    }

    /** The number, and the ratio to the first bar where there is one. */
    private static String label(Bar bar, Bar first) {
        boolean hasRatio = first.figure > 0 && !bar.equals(first);
        return hasRatio
                ? number(bar.figure) + "  (" + number(bar.figure / first.figure) + " x " + first.system + ")"
                : number(bar.figure);
    }

    /** Three digits, and more of what is larger. */
    private static String number(double figure) {
        if (figure >= 100 || figure == 0) {
            return String.format(Locale.ROOT, "%,.0f", figure);
        }
        int digits = figure >= 10 ? 1 : figure >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + digits + "f", figure);
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
