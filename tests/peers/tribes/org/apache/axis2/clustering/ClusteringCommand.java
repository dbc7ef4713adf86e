// Stands for the class of Axis2 that has this name: what counts is how its objects are written.

package org.apache.axis2.clustering;

public abstract class ClusteringCommand implements java.io.Serializable {
    private static final long serialVersionUID = 6718700600497168213L;
}
