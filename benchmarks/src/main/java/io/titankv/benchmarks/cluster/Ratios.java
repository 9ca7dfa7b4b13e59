package io.titankv.benchmarks.cluster;

import io.titankv.benchmarks.cluster.Measurement.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What titan's figures come to beside the others': one line more for each that there is something to compare with, with the aim where
 * one is set. Pure.
 */
final class Ratios {
    static final String RATIO = "ratio";
    static final String AT_LEAST = "aim_at_least";
    static final String AT_MOST = "aim_at_most";

    /** Aims of rates are for so many in flight, and for values of so many bytes. */
    private static final int AIMED_IN_FLIGHT = 256;

    private static final int AIMED_VALUE_BYTES = 100;
    private static final int FEW_SHARDS = 12;
    private static final int MANY_SHARDS = 48;

    private record Aim(String name, double figure) {}

    private final List<Measurement> all;
    private final List<Measurement> ratios = new ArrayList<>();

    private Ratios(List<Measurement> all) {
        this.all = all;
    }

    /** The measurements and, after them, their ratios. */
    static List<Measurement> appended(List<Measurement> measurements) {
        Ratios ratios = new Ratios(measurements);
        measurements.stream()
                .filter(measurement -> measurement.subject().system().equals(Contender.TITAN.label()))
                .forEach(ratios::compare);
        List<Measurement> lines = new ArrayList<>(measurements);
        lines.addAll(ratios.ratios);
        return lines;
    }

    private void compare(Measurement titan) {
        Subject subject = titan.subject();
        switch (Workload.named(subject.workload())) {
            case PUT -> {
                toPeers(titan, 1.5, 2.5);
                toDisk(titan);
            }
            case GET -> toPeers(titan, 2, 5);
            case GET_UNARY -> toEcho(titan, 0.6);
            case PUT_UNARY -> toEcho(titan, 0.35);
        }
    }

    private void toPeers(Measurement titan, double aimOfOneShard, double aimOfFewShards) {
        Subject subject = titan.subject();
        int regions = subject.shards() == 1 ? 1 : mostRegions();
        add(
                titan,
                "-to-rheakv",
                byRate(titan, most(rates(titan, is(Contender.RHEAKV).and(other -> other.shards() == regions)))),
                !isAimed(subject)
                        ? null
                        : switch (subject.shards()) {
                            case 1 -> new Aim(AT_LEAST, aimOfOneShard);
                            case FEW_SHARDS -> new Aim(AT_LEAST, aimOfFewShards);
                            default -> null;
                        });
        Predicate<Subject> peers = other -> Contender.PEERS.contains(other.system());
        if (subject.inFlight() == 1) {
            OptionalDouble best = figures(titan, peers, Measurement.P50_US).min();
            add(titan, "-p50-to-best-peer", by(titan, Measurement.P50_US, best), new Aim(AT_MOST, 1));
        } else {
            boolean isAimed = subject.inFlight() == 64 || subject.inFlight() == 16;
            Aim aim = isAimed && subject.valueBytes() == AIMED_VALUE_BYTES ? new Aim(AT_LEAST, 1) : null;
            add(titan, "-to-best-peer", byRate(titan, most(rates(titan, peers))), aim);
        }
        toOneShard(titan);
    }

    private void toOneShard(Measurement titan) {
        Subject subject = titan.subject();
        if (subject.shards() == 1) {
            return;
        }
        OptionalDouble ofOne = most(rates(titan, is(Contender.TITAN).and(other -> other.shards() == 1)));
        add(
                titan,
                "-to-one-shard",
                byRate(titan, ofOne),
                !isAimed(subject)
                        ? null
                        : switch (subject.shards()) {
                            case FEW_SHARDS -> new Aim(AT_LEAST, 0.6);
                            case MANY_SHARDS -> new Aim(AT_LEAST, 0.4);
                            default -> null;
                        });
    }

    private void toEcho(Measurement titan, double aim) {
        add(
                titan,
                "-to-echo",
                byRate(titan, most(rates(titan, is(Contender.ECHO)))),
                isAimed(titan.subject()) ? new Aim(AT_LEAST, aim) : null);
    }

    /** Within twice the time is at least half the rate. */
    private void toDisk(Measurement titan) {
        OptionalDouble ofDisk = most(rates(titan, other -> other.system().equals(DiskWrites.SYSTEM)));
        add(titan, "-to-disk", byRate(titan, ofDisk), new Aim(AT_LEAST, 0.5));
    }

    private static boolean isAimed(Subject subject) {
        return subject.inFlight() == AIMED_IN_FLIGHT && subject.valueBytes() == AIMED_VALUE_BYTES;
    }

    private int mostRegions() {
        return all.stream()
                .map(Measurement::subject)
                .filter(is(Contender.RHEAKV))
                .mapToInt(Subject::shards)
                .max()
                .orElse(0);
    }

    private static Predicate<Subject> is(Contender contender) {
        return subject -> subject.system().equals(contender.label());
    }

    private DoubleStream rates(Measurement titan, Predicate<Subject> whose) {
        return figures(titan, whose, Measurement.OPS_PER_SECOND);
    }

    /** The figure of all that did the same under the same load. */
    private DoubleStream figures(Measurement titan, Predicate<Subject> whose, String name) {
        Subject same = titan.subject();
        return all.stream()
                .filter(other -> other.subject().workload().equals(same.workload())
                        && other.subject().inFlight() == same.inFlight()
                        && other.subject().valueBytes() == same.valueBytes()
                        && whose.test(other.subject()))
                .mapToDouble(other -> {
                    Double figure = other.figureOrNull(name);
                    return figure == null ? 0 : figure;
                })
                .filter(figure -> figure > 0);
    }

    private static OptionalDouble most(DoubleStream figures) {
        return figures.max();
    }

    private static @Nullable Double byRate(Measurement titan, OptionalDouble other) {
        return by(titan, Measurement.OPS_PER_SECOND, other);
    }

    private static @Nullable Double by(Measurement titan, String name, OptionalDouble other) {
        Double figure = titan.figureOrNull(name);
        return figure == null || other.isEmpty() ? null : figure / other.getAsDouble();
    }

    private void add(Measurement titan, String name, @Nullable Double ratio, @Nullable Aim aim) {
        if (ratio == null) {
            return;
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(RATIO, ratio);
        if (aim != null) {
            figures.put(aim.name(), aim.figure());
        }
        Subject of = titan.subject();
        ratios.add(new Measurement(
                new Subject(of.system(), of.workload() + name, of.shards(), of.inFlight(), of.valueBytes()), figures));
    }
}
