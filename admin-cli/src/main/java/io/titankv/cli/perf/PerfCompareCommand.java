package io.titankv.cli.perf;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = {
            "Compare two results of 'titan perf run --out'. Figures are of the whole runs; whether they differ is"
                    + " judged by their seconds: a 95 %",
            "interval of the ratio of the medians of the figure in each second, by moving-block bootstrap. Within"
                    + " noise: the interval holds 1."
        })
final class PerfCompareCommand extends TitanCommand {
    @Parameters(index = "0", paramLabel = "A.json", description = "The result that B is compared with")
    private Path fileA = Path.of("");

    @Parameters(index = "1", paramLabel = "B.json", description = "The other result")
    private Path fileB = Path.of("");

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draw both results, B dashed, into this file")
    private @Nullable Path plot;

    PerfCompareCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        RunMeasurement a = PerfFiles.read(fileA);
        RunMeasurement b = PerfFiles.read(fileB);
        if (plot != null) {
            PerfFiles.write(
                    plot,
                    PerfPlot.draw(
                            "titan perf compare",
                            "A: " + fileA.getFileName() + ", " + a.settings().line() + "\nB: " + fileB.getFileName()
                                    + ", " + b.settings().line(),
                            List.of(new PerfPlot.Run("A", a), new PerfPlot.Run("B", b))));
        }
        for (String difference : SettingsJson.differences(a.settings(), b.settings())) {
            console()
                    .errorLine(console().errorStyle().paint(Tone.WARNING, "note:") + " settings differ, " + difference);
        }
        Sheet sheet = Sheet.of("figure", "a>", "b>", "ratio>", "interval_95%>", "verdict");
        Comparison.of(a, b).forEach(figure -> row(sheet, figure));
        sheet.print(console(), context.format());
        return ExitCode.OK;
    }

    private static void row(Sheet sheet, Comparison.Figure figure) {
        Cell none = Cell.orDash("");
        double ratio = figure.ratio();
        Tone tone = switch (figure.verdict()) {
            case BETTER -> Tone.GOOD;
            case WORSE -> Tone.BAD;
            case NOISE, TOO_SHORT, UNJUDGED -> Tone.FAINT;
        };
        sheet.row(
                Cell.of(figure.name()),
                number(figure.a()),
                number(figure.b()),
                Double.isFinite(ratio) ? number(ratio) : none,
                figure.interval()
                        .map(interval -> new Cell(text(interval), List.of(interval.low(), interval.high()), Tone.PLAIN))
                        .orElse(none),
                Cell.of(figure.verdict().words()).tone(tone));
    }

    private static String text(BlockBootstrap.Interval interval) {
        return RunReport.number(interval.low()) + " to " + RunReport.number(interval.high());
    }

    private static Cell number(double value) {
        return new Cell(value == 0 ? "0" : RunReport.number(value), value, Tone.PLAIN);
    }
}
