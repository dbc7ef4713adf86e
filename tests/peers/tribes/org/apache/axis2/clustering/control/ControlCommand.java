// Stands for the class of Axis2 that has this name: what counts is how its objects are written.

package org.apache.axis2.clustering.control;

import org.apache.axis2.clustering.ClusteringCommand;

public abstract class ControlCommand extends ClusteringCommand {
    private static final long serialVersionUID = -1752750465427515080L;
}
