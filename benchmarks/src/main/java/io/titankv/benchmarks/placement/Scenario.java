package io.titankv.benchmarks.placement;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.GroupModel;
import io.titankv.placement.plan.LeaderPlanner;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.NodeModel.Presence;
import io.titankv.placement.plan.NodePlanner;
import io.titankv.placement.plan.RangeModel;
import io.titankv.placement.plan.RangePlanner;
import io.titankv.placement.plan.RangePlanner.Automatic;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.ReplicaModel;
import io.titankv.placement.plan.ReplicaPlanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Things that happen to a cluster, one after the other, each followed by what the planners make of it. */
enum Scenario {
    FOUNDED("as it was founded") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            settle(cluster);
            return NOT_COMPARED;
        }
    },
    JOIN("a tenth more nodes join") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            int more = Math.max(1, founding.nodes() / 10);
            cluster.become(cluster.model()
                    .withNodes(Founding.nodes(cluster.model().nodes().size() + 1, more, 1)));
            return settledReplicas(cluster);
        }
    },
    JOIN_LARGE("a tenth more join, twice as large") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            int more = Math.max(1, founding.nodes() / 10);
            cluster.become(cluster.model()
                    .withNodes(Founding.nodes(cluster.model().nodes().size() + 1, more, 2)));
            return settledReplicas(cluster);
        }
    },
    DEATH("3 % of the nodes die") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            int dying = Math.max(1, founding.nodes() * 3 / 100);
            // Of one zone: no group loses two replicas, as it would by chance at this number.
            cluster.become(died(cluster.model(), inZoneZero(cluster.model(), dying)));
            return settledReplicas(cluster);
        }
    },
    DECOMMISSION("a node is decommissioned") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            NodeId node = cluster.model().nodes().firstKey();
            ClusterModel before = cluster.model();
            require(cluster.carryOut(
                    () -> new NodePlanner(before, cluster.policy).decommission(node, reason("a simulation"))));
            settle(cluster);
            return LeastMoved.ofReplicas(before, cluster.model());
        }
    },
    NEW_GROUP("a new group takes its share") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            GroupId group = cluster.nextGroup();
            ClusterModel before = cluster.model();
            require(cluster.carryOut(
                    () -> new RangePlanner(before, cluster.policy).create(group, reason("a simulation"))));
            double share =
                    share(cluster.model(), group) * cluster.model().groups().size();
            if (Math.abs(share - 1) > 0.03) {
                throw new IllegalStateException(
                        "the new group has " + share + " of its share, within 3 % of it was promised");
            }
            // 1/(G+1) of all bytes, in each of its replicas.
            double bytes = cluster.model().ring().stream()
                    .mapToDouble(RangeModel::bytes)
                    .sum();
            return Founding.REPLICAS * bytes / cluster.model().groups().size();
        }
    },
    MERGE("a group is merged into the others") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            GroupId group = new GroupId(2);
            ClusterModel before = cluster.model();
            require(cluster.carryOut(
                    () -> new RangePlanner(before, cluster.policy).merge(group, reason("a simulation"))));
            return (double) Founding.REPLICAS
                    * before.group(group).orElseThrow().bytes();
        }
    },
    SKEW("operations become zipfian (0.99)") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            settle(cluster);
            cluster.workDone(); // what the new and the merged group left uneven is not the skew's
            cluster.become(Founding.zipfian(cluster.model(), 0.99, founding.seed()));
            ClusterModel before = cluster.model();
            settle(cluster);
            return LeastMoved.ofOperations(before, cluster.model());
        }
    },
    NOISE("20 times noise of 2 % in every range") {
        @Override
        double run(SimulatedCluster cluster, Founding founding) {
            Random random = new Random(founding.seed());
            ClusterModel quiet = cluster.model();
            for (int i = 0; i < 20; i++) {
                ClusterModel noisy = Founding.noisy(quiet, 0.02, random);
                cluster.become(noisy);
                settle(cluster);
                // What was moved stays moved; the noise goes.
                quiet = cluster.model().ring().equals(noisy.ring())
                        ? Founding.noisy(cluster.model().withRing(quiet.ring()), 0, random)
                        : cluster.model();
            }
            return NOT_COMPARED;
        }
    };

    /** No least is known. */
    static final double NOT_COMPARED = -1;

    private static final Automatic AUTOMATIC = new Automatic(true, false, 0, Long.MAX_VALUE, Duration.ofHours(1));

    /** Plans that follow each other until nothing is to do; more would be a cluster that never comes to rest. */
    private static final int PLANS_MAX = 12;

    final String what;

    Scenario(String what) {
        this.what = what;
    }

    /** Lets it happen and the cluster settle; returns the bytes that had to move at least, or {@link #NOT_COMPARED}. */
    abstract double run(SimulatedCluster cluster, Founding founding);

    private static Reason reason(String why) {
        return Reason.person("the simulator", why);
    }

    private static void require(boolean wasPlanned) {
        if (!wasPlanned) {
            throw new IllegalStateException("what a person asked for was not planned");
        }
    }

    private static double settledReplicas(SimulatedCluster cluster) {
        ClusterModel before = cluster.model();
        settle(cluster);
        return LeastMoved.ofReplicas(before, cluster.model());
    }

    /** Every scheduler in its turn, until none has anything to do. */
    private static void settle(SimulatedCluster cluster) {
        for (int plan = 0; plan < PLANS_MAX; plan++) {
            ReplicaPlanner replicas = new ReplicaPlanner(cluster.model(), cluster.policy);
            boolean moved = cluster.carryOut(replicas::heal)
                    || cluster.carryOut(replicas::spread)
                    || cluster.carryOut(replicas::balance)
                    || cluster.carryOut(() -> new RangePlanner(cluster.model(), cluster.policy).balance(AUTOMATIC))
                    || cluster.carryOut(() -> new LeaderPlanner(cluster.model(), cluster.policy).balance(Set.of()));
            if (!moved) {
                return;
            }
        }
        throw new IllegalStateException("the cluster does not come to rest within " + PLANS_MAX + " plans");
    }

    private static double share(ClusterModel model, GroupId group) {
        return model.ring().stream()
                .filter(range -> range.owner().equals(group))
                .mapToDouble(range -> range.range().share())
                .sum();
    }

    private static Set<NodeId> inZoneZero(ClusterModel model, int count) {
        Set<NodeId> nodes = new TreeSet<>();
        model.nodes().values().stream()
                .filter(node -> "z0".equals(node.labels().get("zone")) && Spread.isInService(node))
                .limit(count)
                .forEach(node -> nodes.add(node.id()));
        return nodes;
    }

    private static ClusterModel died(ClusterModel model, Set<NodeId> dying) {
        List<NodeModel> nodes = new ArrayList<>();
        dying.forEach(id -> nodes.add(model.node(id).orElseThrow().with(new Presence.Silent(Duration.ofHours(1)))));
        List<GroupModel> groups = model.groups().values().stream()
                .filter(group -> group.members().stream().anyMatch(dying::contains))
                .map(group -> {
                    List<ReplicaModel> replicas = group.replicas().stream()
                            .map(replica -> dying.contains(replica.node())
                                    ? new ReplicaModel(replica.node(), replica.role(), false, 0)
                                    : replica)
                            .toList();
                    Optional<NodeId> elected = replicas.stream()
                            .filter(ReplicaModel::healthy)
                            .map(ReplicaModel::node)
                            .findFirst();
                    boolean isOrphan = group.leader().filter(dying::contains).isPresent();
                    return SimulatedCluster.withReplicas(group, replicas, isOrphan ? elected : group.leader());
                })
                .toList();
        return model.withNodes(nodes).withGroups(groups);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
