using System;

namespace Lab
{
    /// <summary>What is asked of an application: one request, on every way that may be asked.</summary>
    [Serializable]
    public sealed class Unit
    {
        /// <summary>How the result names it: `session`, `Cart.Page_Load`.</summary>
        public string Origin;

        /// <summary>The folder of the application whose settings hold: `legacy/`, or empty.</summary>
        public string Folder = "";

        /// <summary>What the lab's handler does: see <see cref="Visit"/>.</summary>
        public string Query;

        /// <summary>The file of the class that is called, where one is.</summary>
        public string Source;

        /// <summary>The handler that keeps a session, or the one that does not.</summary>
        public bool KeepsSession;
    }

    /// <summary>What an application answered, as it wrote it.</summary>
    [Serializable]
    public sealed class Reply
    {
        public int Status = 200;
        public string[] Lines;
        public byte[] Body;
    }
}
